#include "core/events/doorbell.h"

namespace ctrbox::core::events {

void ring(const state::Database& database) { open_and_close(doorbell_beside(database.path())); }

}  // namespace ctrbox::core::events
