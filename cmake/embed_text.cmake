# SPDX-License-Identifier: Apache-2.0
# Writes a C++ source with the text of files, each as a std::string_view named after its file: page.css is page_css.
#   cmake -D OUTPUT=FILE.cpp -D "FILES=FILE;..." -D HEADER=DECLARATIONS.hpp -P embed_text.cmake
set(source "#include \"${HEADER}\"\n")
foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME)
    string(MAKE_C_IDENTIFIER "${name}" name)
    file(READ "${file}" text)
    string(APPEND source "\nconst std::string_view ${name} = R\"embedded(${text})embedded\";\n")
endforeach()
file(WRITE "${OUTPUT}" "${source}")
