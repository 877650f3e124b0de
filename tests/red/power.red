# The finish writes the complete slots before the records behind them are durable.
what='an order that a power cut breaks'
build=plain
targets='tests/unit/vault_power_test'
expect='(download|size learnt late|small files|first key), seed [0-9]+, part [0-9]+, (cut|killed) at operation [0-9]+: '

plant() {
	edit src/vault/finish.c 's/!vault_writer_sync(w, err) || //'
}

gate() {
	timeout 300 "$builddir/tests/unit/vault_power_test"
}
