# Where `cmake --install` puts the plugin, the profiles and the manual page.
#
# Wireshark looks into <plugins>/<version>/epan, below the system's library folder and below ~/.local/lib; run by root,
# only into the system's. Who installs decides: root for all users, a user for himself.
# SPDX-License-Identifier: GPL-2.0-or-later

get_filename_component(plugin_version_dir "${Wireshark_PLUGIN_INSTALL_DIR}" NAME)

# The manual page has the version of the project, and the date on which CHANGELOG.md has it released.
file(STRINGS CHANGELOG.md releases REGEX "^## \\[[0-9]")
list(GET releases 0 MW_RELEASE)
string(REGEX REPLACE ".* - " "" MW_DATE "${MW_RELEASE}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS CHANGELOG.md)
set(manual "${CMAKE_CURRENT_BINARY_DIR}/mailwire.4")
configure_file(man/mailwire.4.in "${manual}" @ONLY)

# Each folder of profiles/ is one.
set(profiles)
file(GLOB profile_files CONFIGURE_DEPENDS profiles/*/*)
foreach(file IN LISTS profile_files)
    get_filename_component(folder "${file}" DIRECTORY)
    list(APPEND profiles "${folder}")
endforeach()
list(REMOVE_DUPLICATES profiles)

install(CODE "
    set(system_plugins \"${Wireshark_PLUGIN_INSTALL_DIR}/epan\")
    set(system_share \"${Wireshark_INSTALL_PREFIX}/share\")
    set(personal_plugins \".local/lib/wireshark/plugins/${plugin_version_dir}/epan\")
    set(profiles \"${profiles}\")
    set(manual \"${manual}\")
")
install(CODE [[
    execute_process(COMMAND id -u OUTPUT_VARIABLE uid OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    if(uid EQUAL 0)
        set(to_plugins "${system_plugins}")
        set(to_profiles "${system_share}/wireshark/profiles")
        set(to_manual "${system_share}/man/man4")
    else()
        set(to_plugins "$ENV{HOME}/${personal_plugins}")
        set(to_profiles "$ENV{HOME}/.config/wireshark/profiles")
        if(NOT "$ENV{XDG_CONFIG_HOME}" STREQUAL "")
            set(to_profiles "$ENV{XDG_CONFIG_HOME}/wireshark/profiles")
        endif()
        set(to_manual "$ENV{HOME}/.local/share/man/man4")
    endif()
    file(INSTALL "$<TARGET_FILE:mailwire>" DESTINATION "${to_plugins}" TYPE MODULE)
    file(INSTALL ${profiles} DESTINATION "${to_profiles}")
    file(INSTALL "${manual}" DESTINATION "${to_manual}")
    message(STATUS "Wireshark finds the plugin in $ENV{DESTDIR}${to_plugins}")
]])
