# Every third-party library, and the one room that may include its headers (README.md says why each is here).
# Where Debian has an archive (.a) it is linked, so that start-up loads little more than libc; libcurl is loaded by
# registry/http when the first request is made.
find_package(Threads REQUIRED)

function(add_archive target)
  cmake_parse_arguments(ARG "" "HEADER" "LIBRARIES" ${ARGN})
  add_library(${target} INTERFACE)
  find_path(${target}_INCLUDE ${ARG_HEADER} REQUIRED)
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
  foreach(name ${ARG_LIBRARIES})
    if(CMAKE_BUILD_TYPE STREQUAL Debug)
      find_library(${target}_${name} NAMES ${name} REQUIRED)
    else()
      find_library(${target}_${name} NAMES lib${name}.a ${name} REQUIRED)
    endif()
    target_link_libraries(${target} INTERFACE ${${target}_${name}})
  endforeach()
endfunction()

add_archive(dep_sqlite HEADER sqlite3.h LIBRARIES sqlite3)                   # state
target_link_libraries(dep_sqlite INTERFACE ${CMAKE_DL_LIBS} m Threads::Threads)
add_archive(dep_crypto HEADER openssl/evp.h LIBRARIES crypto)                # core/oci (hashing)
target_link_libraries(dep_crypto INTERFACE ${CMAKE_DL_LIBS} Threads::Threads)
find_path(CTRBOX_ISAL isa-l/igzip_lib.h)                                     # core/archive; where there is none, zlib inflates
if(CTRBOX_ISAL)
  add_archive(dep_isal HEADER isa-l/igzip_lib.h LIBRARIES isal)
endif()
add_archive(dep_zlib HEADER zlib.h LIBRARIES z)                              # core/archive
add_archive(dep_zstd HEADER zstd.h LIBRARIES zstd)                           # core/archive
add_archive(dep_archive HEADER archive.h LIBRARIES archive)                  # core/archive
add_archive(dep_protobuf HEADER google/protobuf/message.h LIBRARIES protobuf)  # core/events, runtime's messages
add_archive(dep_nghttp2 HEADER nghttp2/nghttp2.h LIBRARIES nghttp2)          # runtime/grpc
find_path(CTRBOX_TOML_INCLUDE toml++/toml.h REQUIRED)                        # runtime/daemon (configuration)
add_archive(dep_re2 HEADER re2/re2.h LIBRARIES re2)                          # core/filters
find_path(CTRBOX_CURL_INCLUDE curl/curl.h REQUIRED)                          # registry/http, loaded at run time
find_path(CTRBOX_JSON_INCLUDE nlohmann/json.hpp REQUIRED)                    # .cpp files
find_path(CTRBOX_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)                         # commands
find_program(CTRBOX_PROTOC protoc REQUIRED)

# generate_protobuf(TARGET lite|full FILE.proto...): messages, in a library of their own whose code is not judged by our
# warnings; full ones can be asked for their fields. Headers are included as "<stem>.pb.h"; a file imports another of its
# folder by its bare name.
function(generate_protobuf target runtime)
  set(out_option --cpp_out=)
  if(runtime STREQUAL lite)
    set(out_option --cpp_out=lite:)
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(MAKE_DIRECTORY ${out})
  set(generated)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE protos)
  foreach(proto ${protos})
    get_filename_component(stem ${proto} NAME_WE)
    get_filename_component(folder ${proto} DIRECTORY)
    add_custom_command(OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND ${CTRBOX_PROTOC} ${out_option}${out} -I ${folder} ${proto}
      DEPENDS ${protos})
    list(APPEND generated ${out}/${stem}.pb.cc)
  endforeach()
  add_library(${target} STATIC ${generated})
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC dep_protobuf Threads::Threads)
endfunction()
