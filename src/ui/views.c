/* The views there are, in the order of their number keys. */
#include "view.h"

const struct view_ops *const view_table[] = {
	&view_home,    &view_channels, &view_series, &view_search,
	&view_library, &view_queue,    &view_status,
};
const size_t n_views = sizeof(view_table) / sizeof(view_table[0]);
