// Tasks start this very program again, as their shim.
#include <gtest/gtest.h>

#include <string_view>

#include "runtime/shim/serve.h"

int main(int argc, char** argv) {
  if (argc > 0 && std::string_view(argv[0]) == "shim") return ctrbox::runtime::shim::serve(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
