#include "commands/shim/shim.h"

#include "runtime/shim/serve.h"

namespace ctrbox::commands {

int shim_main(int argc, char** argv) { return runtime::shim::serve(argc, argv); }

}  // namespace ctrbox::commands
