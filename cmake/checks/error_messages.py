# SPDX-License-Identifier: Apache-2.0
"""Fails where an error message of bouillon has no entry in docs/troubleshooting.md, or an entry has no message.

    error_messages.py REPOSITORY [--list]

A message is what the literals of a throw site say, with "..." for what is put between them: of every exception of
include/bouillon/core/error.hpp that include/, src/ and examples/cli make. Functions and lambdas that throw the text
that they are given are RELAYS, of which each call is a site; functions that return a text for a site are TEXTS, of
which each return is one. A site without words of its own that is in neither is refused, so that none goes unseen.

An entry is a row of a table whose first cell quotes pieces of messages in backticks. A piece covers the messages that
it occurs in, "..." and all. --list prints the messages instead.
"""
import pathlib
import re
import sys

ERRORS = ["input_error", "work_error", "interrupted", "device_lost", "output_exists", "not_finite", "types_differ", "integers_differ",
          "unknown_model", "unfinished_checkpoint", "prefixed_names"]
RELAYS = ["fail", "fail_tensor", "fail_entry", "fail_value", "refuse", "say", "throw_cuda_failure"]
TEXTS = ["why_not_whole", "unread_format_among", "why_not_read", "why_unfinished", "what_else_it_is", "system_failure",
         "difference", "how_it_ended"]
VALUES = r"(?:\.(?:unfinished|refused)|\bconst auto (?:what|text)) = ([^;]+);"  # which a site elsewhere throws
PASSED_ON = {  # functions that throw what another site said, or the system
    "check_names", "check_same_tensors", "check_unchanged", "close", "finish", "give_up", "input_file", "journal_file",
    "measure", "measure_answer", "overwrite_start", "read", "read_directory", "read_pytorch_file", "refuse_missing",
    "report_choices", "require_agreement", "result", "run", "select_checkpoints", "sync_directory", "tell_failure",
    "write_at"}
SHORTEST = 6  # letters of a site that says something by itself
SHORTEST_PIECE = 4
MOST = 8  # messages that a piece may cover: one of more says too little
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'', re.S)
ESCAPES = {"n": "\n", "t": "\t"}


def without_comments(text):
    return TOKEN.sub(lambda found: re.sub(r"[^\n]", "", found[0]) if found[0][0] == "/" else found[0], text)


def end_of_brackets(code, begin):
    """The place of the bracket that closes the one at `begin`."""
    depth, at = 0, begin
    while at < len(code):
        token = TOKEN.match(code, at)
        if token:
            at = token.end()
            continue
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return at
        at += 1
    return len(code)


def blanked(code):
    """The code with every literal as blanks, so that brackets and names in it do not count."""
    return TOKEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)


def unescaped(literal):
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), literal[1:-1])


def message_of(code):
    """What the literals of an expression say; "..." stands for all else but blanks."""
    pieces, at = [], 0
    for token in TOKEN.finditer(code):
        between = code[at:token.start()]
        if between.strip():
            pieces.append("...")
        pieces.append(unescaped(token[0]))
        at = token.end()
    if code[at:].strip():
        pieces.append("...")
    return re.sub(r"(\.\.\.)+", "...", "".join(pieces))


def letters(message):
    return sum(character.isalpha() for character in message)


def enclosing_function(blank, at):
    """The name of the function or lambda whose body holds a place, or None."""
    depth = 0
    for place in range(at - 1, -1, -1):
        depth += (blank[place] in ")}]") - (blank[place] in "({[")
        if blank[place] != "{" or depth >= 0:
            continue
        depth = 0
        before = blank[max(0, place - 600):place]
        before = before[max(before.rfind(";"), before.rfind("}")) + 1:]
        named = re.search(r"(\w+)\s*=\s*\[[^\]]*\]\s*(\(.*\))?[^()]*$", before, re.S)
        named = named or re.search(r"(\w+)\s*\(.*\)[^()]*$", before.split("{")[-1], re.S)
        name = re.search(r"(\w+)\s*=\s*\[", before) or re.search(r"(~?\w+)\s*\(", before)
        if named and name and name[1] not in ("if", "for", "while", "switch", "catch"):
            return name[1]
    return None


def calls(code, blank, name):
    """The place and the arguments of every call; those of a search say what became of a trial."""
    for found in re.finditer(r"(?<![\w~])(?<!search\.)" + name + r"\s*(?:<[\w:, ]*>)?\s*([({])", blank):
        begin = found.end() - 1
        yield found.start(), code[begin + 1:end_of_brackets(code, begin)]


def read_sources(root):
    sources = {}
    for folder in ("include", "src", "examples/cli"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".hpp", ".ipp", ".cpp", ".cu") and path.name != "error.hpp":  # which declares them
                code = without_comments(path.read_text(encoding="utf-8"))
                sources[path.relative_to(root)] = (code, blanked(code))
    return sources


def line_of(path, code, at):
    return f"{path}:{code.count(chr(10), 0, at) + 1}"


def is_declaration(arguments):
    return re.match(r"\s*(?:using\b|const char\*|(?:const )?(?:std::)?(?:string|size_t|string_view)&? \w+)",
                    arguments) is not None


def texts_of(path, code, blank):
    for name in TEXTS:
        for found in re.finditer(r"std::string " + name + r"\(|\b" + name + r" = \[", blank):
            begin = blank.find("{", found.end())
            body = slice(begin, end_of_brackets(blank, begin))
            for said in re.finditer(r"\breturn ([^;]+);", blank[body]):
                yield begin + said.start(1), code[begin + said.start(1):begin + said.end(1)]
    for said in re.finditer(VALUES, blank):
        if letters(message_of(code[said.start(1):said.end(1)])) >= 2 * SHORTEST:
            yield said.start(1), code[said.start(1):said.end(1)]


def messages(sources):
    """((path:line, message, whether it is a frame) of every site, and path:line of those without words of their own.

    A frame is a relay's own site that ends with the text that the relay is given: its calls need entries, it does not.
    """
    found, unknown = [], []
    for path, (code, blank) in sources.items():
        sites = [(at, arguments, name) for name in ERRORS + RELAYS for at, arguments in calls(code, blank, name)
                 if not is_declaration(arguments)]
        sites += [(at, text, "") for at, text in texts_of(path, code, blank)]
        for at, arguments, name in sites:
            message = message_of(arguments)
            known = name not in ERRORS or enclosing_function(blank, at) in {*RELAYS, *PASSED_ON}
            given = re.search(r"\+ (what|why|how|text|reason)$", arguments.strip())
            if given and not known:
                unknown.append(line_of(path, code, at))
            elif letters(message) >= SHORTEST:
                frame = bool(name) and message.endswith("...") and enclosing_function(blank, at) in RELAYS
                found.append((line_of(path, code, at), message, frame))
            elif not known:
                unknown.append(line_of(path, code, at))
    return found, unknown


def entries(document):
    """(line number, piece) of every piece that is quoted in the first cell of a row."""
    rows = document.read_text(encoding="utf-8").splitlines()
    for number, row in enumerate(rows, 1):
        if row.startswith("| ") and not (number < len(rows) and rows[number].startswith("|--")):
            for piece in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
                yield number, piece


def complaints(root):
    found, unknown = messages(read_sources(root))
    if not found:
        yield f"no messages under {root}"
    for place in unknown:
        yield f"{place}: throws a text from elsewhere: name where it is made in RELAYS, TEXTS or PASSED_ON"
    covered = set()
    for number, piece in entries(root / "docs/troubleshooting.md"):
        matching = {index for index, (_, message, _) in enumerate(found) if piece in message}
        if not matching:
            yield f"docs/troubleshooting.md:{number}: no message has `{piece}`"
        elif letters(piece) < SHORTEST_PIECE or len({found[index][1] for index in matching}) > MOST:
            yield f"docs/troubleshooting.md:{number}: `{piece}` is in {len(matching)} messages, so it tells too little"
        else:
            covered |= matching
    for index, (place, message, frame) in enumerate(found):
        if index not in covered and not frame:
            yield f"{place}: no entry in docs/troubleshooting.md has: {message}"


def main():
    root = pathlib.Path(sys.argv[1])
    if sys.argv[2:] == ["--list"]:
        for place, message, _ in messages(read_sources(root))[0]:
            print(f"{place}: {message}")
        return 0
    problems = list(complaints(root))
    for problem in problems:
        print(problem)
    count = len(messages(read_sources(root))[0])
    print(f"{len(problems)} problems with the entries of" if problems else "There are entries of", count, "messages")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
