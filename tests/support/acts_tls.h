/* The certificate of the misbehaving server: signed by itself, for 127.0.0.1, good until 2126.
 * Its key is no secret: it guards nothing. */
#ifndef KIYYA_TESTS_ACTS_TLS_H
#define KIYYA_TESTS_ACTS_TLS_H

static const char acts_tls_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqEvB7lTE+b0Xrbck\n"
    "8otmp26rNwkgJ0S5Xc4BH1rKTTGhRANCAASS2xdFRYyu8hgPogCXx0VYwK8jWAVE\n"
    "8RB/Ex2v4K1ve42sbLTViguWWFebFH/ig4mxwEgjCqKIZL/nDMKShOFQ\n"
    "-----END PRIVATE KEY-----\n";

static const char acts_tls_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBsDCCAVegAwIBAgIUI2K4A3UgQbHD/TH+9w+KbbIeIZQwCgYIKoZIzj0EAwIw\n"
    "HzEdMBsGA1UEAwwUdGVzdCBzZXJ2ZXIgb2Yga2l5eWEwIBcNMjYxMTIyMTExNDEy\n"
    "WhgPMjEyNjEwMjkxMTE0MTJaMB8xHTAbBgNVBAMMFHRlc3Qgc2VydmVyIG9mIGtp\n"
    "eXlhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEktsXRUWMrvIYD6IAl8dFWMCv\n"
    "I1gFRPEQfxMdr+Ctb3uNrGy01YoLllhXmxR/4oOJscBIIwqiiGS/5wzCkoThUKNv\n"
    "MG0wHQYDVR0OBBYEFIsPfhNcNkTtxzcJL/SxxMeNGxa3MB8GA1UdIwQYMBaAFIsP\n"
    "fhNcNkTtxzcJL/SxxMeNGxa3MA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYcE\n"
    "fwAAAYIJbG9jYWxob3N0MAoGCCqGSM49BAMCA0cAMEQCIDWFHxbRa6IyQFgE7YHG\n"
    "tP3w4gvCYuiErpSJRmBub/hqAiA8xQ+mMo4wh4ZraKzV+cAQoI7oTI7ezBFPdiVc\n"
    "cAzffg==\n"
    "-----END CERTIFICATE-----\n";

#endif
