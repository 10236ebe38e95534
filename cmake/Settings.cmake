# Compiler settings of our own code, as one interface library. Third-party headers are SYSTEM and not judged by them.
add_library(ctrbox_settings INTERFACE)
target_compile_options(ctrbox_settings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference)
# g++ 12 reports null dereferences and dangling strings inside its own library once it optimises.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_BUILD_TYPE MATCHES Rel)
  target_compile_options(ctrbox_settings INTERFACE -Wno-null-dereference -Wno-restrict -Wno-maybe-uninitialized)
endif()
option(CTRBOX_WERROR "Warnings are errors" OFF)
if(CTRBOX_WERROR)
  target_compile_options(ctrbox_settings INTERFACE -Werror)
endif()

set(CTRBOX_SANITIZE "" CACHE STRING "address,undefined or thread")
if(CTRBOX_SANITIZE)
  add_compile_options(-fsanitize=${CTRBOX_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CTRBOX_SANITIZE})
endif()

# Moments of death for the crash tests; never in a release.
option(CTRBOX_FAILPOINTS "Honour the FAILPOINT environment variable" OFF)
if(CTRBOX_FAILPOINTS)
  target_compile_definitions(ctrbox_settings INTERFACE CTRBOX_FAILPOINTS=1)
endif()

if(CMAKE_BUILD_TYPE STREQUAL Debug)
  target_compile_definitions(ctrbox_settings INTERFACE _GLIBCXX_ASSERTIONS)
else()
  target_compile_options(ctrbox_settings INTERFACE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_compile_options(-ffunction-sections -fdata-sections)
  # Start-up is a budget: a static libstdc++ saves the dynamic linker most of its work (docs/performance.md).
  add_link_options(-static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,--exclude-libs,ALL -no-pie)
endif()

find_program(CTRBOX_CCACHE ccache)
if(CTRBOX_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CTRBOX_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CTRBOX_CCACHE})
endif()
find_program(CTRBOX_LLD ld.lld)
if(CTRBOX_LLD)
  add_link_options(-fuse-ld=lld)
endif()
