# How everything is compiled: C++20, no silent contraction of a*b+c (the same bits on every machine of one
# instruction set), position independent (the language packages link the floors into shared objects).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# Several files are compiled as one where most of the time goes into headers that all of them read, and into what the
# compiler makes of these: faster from nothing, slower after a change of one file. So builds that begin
# with nothing ask for it (.ci/run, the sanitizers'). What two files call the same in unnamed namespaces is ambiguous
# then: such a file stays alone. No number changes by it (-ffp-contract=off, no fast mathematics).
option(INSITU_UNITY "Compile the files of a floor in batches" OFF)

add_library(insitu_compiler INTERFACE)
target_compile_options(insitu_compiler INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wno-missing-field-initializers)
if(NOT INSITU_UNITY)  # there, the names that one file may use are shadowed in the next
  target_compile_options(insitu_compiler INTERFACE -Wshadow)
endif()
if(INSITU_SANITIZE)
  add_compile_options(-fsanitize=${INSITU_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${INSITU_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
