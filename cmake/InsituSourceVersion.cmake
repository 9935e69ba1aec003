# Which sources a build is made of (src/contexts/build_identity.hpp). Included, it adds the target insitu_source_version, which
# looks at every build and writes source_version.cpp and source_version.txt anew only where they change; run as a script
# (cmake -P) it is that look.
set(INSITU_VERSIONED src hosts/jvm/src)

if(CMAKE_SCRIPT_MODE_FILE)
  foreach(folder ${INSITU_VERSIONED})
    file(GLOB_RECURSE some RELATIVE ${ROOT} ${ROOT}/${folder}/*)
    list(APPEND files ${some})
  endforeach()
  list(SORT files)
  set(content "")
  foreach(name ${files})
    file(SHA1 ${ROOT}/${name} hash)
    string(APPEND content "${name} ${hash}\n")
  endforeach()
  string(SHA1 content "${content}")
  string(SUBSTRING ${content} 0 12 content)
  set(version "source-${content}")
  find_program(GIT git)
  if(GIT)
    set(trees "")
    foreach(folder ${INSITU_VERSIONED})
      execute_process(COMMAND ${GIT} -C ${ROOT} rev-parse --verify --quiet HEAD:./${folder} OUTPUT_VARIABLE tree
                      RESULT_VARIABLE failed ERROR_QUIET)
      if(failed)
        set(trees "")
        break()
      endif()
      string(APPEND trees "${tree}")
    endforeach()
    if(trees)
      string(SHA1 version "${trees}")
      string(SUBSTRING ${version} 0 12 version)
      execute_process(COMMAND ${GIT} -C ${ROOT} status --porcelain -- ${INSITU_VERSIONED} OUTPUT_VARIABLE changed ERROR_QUIET)
      if(changed)
        string(APPEND version "-dirty-${content}")
      endif()
    endif()
  endif()
  # These write nothing where the content is the same.
  file(CONFIGURE OUTPUT ${FOLDER}/source_version.txt CONTENT "${VERSION} ${version}")
  file(CONFIGURE OUTPUT ${FOLDER}/source_version.cpp CONTENT "namespace insitu {
extern const char* const kSourceVersion;
const char* const kSourceVersion = \"${VERSION} ${version}\";
}  // namespace insitu
")
  return()
endif()

set(INSITU_SOURCE_VERSION ${CMAKE_BINARY_DIR}/source_version)
add_custom_target(insitu_source_version
  COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DFOLDER=${INSITU_SOURCE_VERSION} -DVERSION=${PROJECT_VERSION}
          -P ${CMAKE_CURRENT_LIST_FILE}
  BYPRODUCTS ${INSITU_SOURCE_VERSION}/source_version.cpp ${INSITU_SOURCE_VERSION}/source_version.txt
  COMMENT "Looking at the version of the sources" VERBATIM)
