# libinsitu.so: the engine behind its C interface (include/insitu/insitu.h). The floors are linked in and hidden; what is
# exported is the interface alone. Installed with a package file: find_package(insitu) gives insitu::insitu.
include(CMakePackageConfigHelpers)

# Also of hosts that bring the engine along in one file (hosts/postgres).
file(GLOB INSITU_C_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/capi/c/*.cpp)
option(INSITU_SHARED "Build the shared library with the C interface" ON)
if(INSITU_SHARED)
  add_library(insitu SHARED ${INSITU_C_SOURCES})
  add_library(insitu::insitu ALIAS insitu)
  target_include_directories(insitu PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(insitu PRIVATE $<BUILD_INTERFACE:insitu_capi> $<BUILD_INTERFACE:insitu_compiler>)
  # Symbols of the static floors stay inside.
  target_link_options(insitu PRIVATE LINKER:--exclude-libs,ALL LINKER:--gc-sections)
  set_target_properties(insitu PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})

  install(TARGETS insitu EXPORT insituTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES include/insitu/insitu.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/insitu)
  install(EXPORT insituTargets NAMESPACE insitu:: FILE insituTargets.cmake
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/insitu)
  configure_package_config_file(cmake/insituConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/insituConfig.cmake
                                INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/insitu)
  write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/insituConfigVersion.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/insituConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/insituConfigVersion.cmake
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/insitu)
endif()
