#include "core/events/doorbell.h"

namespace ctrbox::core::events {

void ring(const state::Database& database) { wake_watchers(doorbell_beside(database.path())); }

}  // namespace ctrbox::core::events
