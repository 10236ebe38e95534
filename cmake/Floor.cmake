# add_floor(NAME DEPENDS...): one static library for the folder NAME. Its headers are reached as "NAME/room/file.h"
# through an include root that holds this floor alone, so that an include of a higher floor does not compile.
function(add_floor name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(ctrbox_${name} STATIC ${sources})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  target_include_directories(ctrbox_${name} PUBLIC ${root})
  target_link_libraries(ctrbox_${name} PRIVATE ctrbox_settings)
  foreach(below ${ARGN})
    target_link_libraries(ctrbox_${name} PUBLIC ctrbox_${below})
  endforeach()
endfunction()
