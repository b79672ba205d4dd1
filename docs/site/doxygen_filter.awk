# SPDX-License-Identifier: Apache-2.0
# What doxygen reads of a header, line by line as it stands:
# - a comment right before `namespace bouillon` is of the file, not of the namespace;
# - `T a = 0, b = 0;  ///< of both` is two declarations, each with the comment, which doxygen gives to one of them only.
{ line[NR] = $0 }
/^namespace bouillon/ {
    first = NR
    while (line[first - 1] ~ /^\/\/\//) --first
    if (first < NR && line[first - 1] == "") line[first - 1] = "/// @file"
}
/^ +[^(\/]*, [^(\/]*; +\/\/\/< / { line[NR] = each_by_itself($0) }
END { for (i = 1; i <= NR; ++i) print line[i] }

function each_by_itself(text,    start, declared, comment, depth, i, c, type, names, count, result) {
    start = index(text, ";")
    declared = substr(text, 1, start - 1)
    comment = " /**< " substr(text, index(text, "///<") + 5) " */ "
    count = 1
    for (i = 1; i <= length(declared); ++i) {
        c = substr(declared, i, 1)
        if (c ~ /[<{]/) ++depth
        if (c ~ /[>}]/) --depth
        if (c == "," && !depth) { ++count; ++i } else names[count] = names[count] c
    }
    if (count == 1) return text
    match(names[1], /[a-z_]+( = .*)?$/)
    type = substr(names[1], 1, RSTART - 1)
    result = names[1] ";" comment
    for (i = 2; i <= count; ++i) {
        if (names[i] ~ /^&/) sub(/& ?$/, "", type)
        result = result type names[i] ";" comment
    }
    return result
}
