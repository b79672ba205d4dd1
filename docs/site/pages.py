# SPDX-License-Identifier: Apache-2.0
"""What mkdocs is told by mkdocs.yml: the site's pages, their order, and links that leave docs/.

Beside docs/ the site has README.md as its first page, CONTRIBUTING.md, CHANGELOG.md, a page for each source file that
a document links to, and what doxygen made of the headers.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
API = ROOT / "build" / "docs" / "api"
OUTSIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
# Titles of the menu and what stands under them; "*" is all of a folder that no earlier title has. What is not there is
# left out, and what nobody names goes to the end.
MENU = [
    ("Start", ["index.md", "building.md", "python.md", "program.md", "troubleshooting.md", "glossary.md"]),
    ("How to", ["how-to/*"]),
    ("Guides", ["merging.md", "scores.md", "verdict.md", "racing.md", "scale.md", "file-formats.md"]),
    ("Reference", ["reference/README.md", "reference/*", "api/namespacebouillon.html"]),
    ("Background", ["architecture.md", "experiments.md", "benchmarks.md", "notes/*", "contributing.md", "changelog.md"]),
]
NO_PAGE = "]\0"  # of a link to a folder, of which the text is left
LINK = re.compile(r"\]\(([^)\s]+)\)")


def on_files(files, config):
    docs = Path(config.docs_dir)
    for outside, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / outside).read_text()))
    linked = set()
    for document in [*docs.rglob("*.md"), *(ROOT / name for name in OUTSIDE)]:
        for target in LINK.findall(document.read_text()):
            path = outside_path(document, target)
            if path and path.is_file() and path.relative_to(ROOT).as_posix() not in OUTSIDE:
                linked.add(path)
    for path in sorted(linked):
        files.append(File.generated(config, source_page(path), content=listing(path)))
    if API.is_dir():
        for path in sorted(p for p in API.rglob("*") if p.is_file()):
            files.append(File.generated(config, f"api/{path.relative_to(API).as_posix()}", abs_src_path=str(path)))
    return files


def on_config(config):
    docs = Path(config.docs_dir)
    pages = {p.relative_to(docs).as_posix() for p in docs.rglob("*.md")} | set(OUTSIDE.values())
    if API.is_dir():
        pages.add("api/namespacebouillon.html")
    menu = []
    for title, wanted in MENU:
        entries = []
        for name in wanted:
            folder = name.removesuffix("*")
            found = [name] * (name in pages)
            if name.endswith("*"):
                found = sorted((p for p in pages if p.startswith(folder)), key=lambda p: p.removesuffix(".md"))
            entries += [{"All public names": p} if p.startswith("api/") else p for p in found]
            pages -= set(found)
        if entries:
            menu.append({title: entries})
    if pages:
        menu.append({"More": sorted(pages)})
    config.nav = menu
    return config


def on_page_markdown(markdown, page, config, files):
    """Leads links that leave docs/ to the pages of this site, and begins lists as GitHub does."""
    if page.file.src_uri.startswith("source/"):
        return markdown
    origin = next((ROOT / o for o, p in OUTSIDE.items() if p == page.file.src_uri),
                  Path(config.docs_dir) / page.file.src_uri)

    def lead(match):
        target, anchor = (match[1].split("#", 1) + [""])[:2]
        path = outside_path(origin, match[1])
        if re.match(r"[a-z]+:", match[1]) or not target:
            return match[0]
        if path is None:
            inside = (origin.parent / target).resolve()
            if inside.is_dir():
                if not (inside / "README.md").is_file():
                    return NO_PAGE
                inside /= "README.md"
            uri = inside.relative_to(Path(config.docs_dir).resolve()).as_posix()
        elif path.relative_to(ROOT).as_posix() in OUTSIDE:
            uri = OUTSIDE[path.relative_to(ROOT).as_posix()]
        elif path.is_file():
            uri = source_page(path)
        else:
            return NO_PAGE
        here = posixpath.dirname(page.file.src_uri)
        return f"]({posixpath.relpath(uri, here or '.')}{'#' + anchor if anchor else ''})"

    lines, in_code, before = [], False, ""
    for line in markdown.split("\n"):
        if re.match(r" *```", line):
            in_code = not in_code
        elif not in_code:
            line = re.sub(r"\[([^\[\]]*)" + NO_PAGE, r"\1", LINK.sub(lead, line)).replace(NO_PAGE, "]")
            if page.file.src_uri in OUTSIDE.values():
                line = re.sub(r'(src|srcset|href)="docs/', r'\1="', line)  # pictures in HTML
            item = re.match(r"([-*]|\d+\.) ", line)
            if item and before and not re.match(r"([-*]|\d+\.| ) ?", before):
                lines.append("")
        lines.append(line)
        before = line
    return "\n".join(lines)


def outside_path(document, target):
    """The file or folder of the repository that a link leads to where that is not in docs/."""
    if re.match(r"[a-z]+:|#", target):
        return None
    path = (document.parent / target.split("#")[0]).resolve()
    if not path.is_relative_to(ROOT) or path.is_relative_to(ROOT / "docs") or not path.exists():
        return None
    return path


def source_page(path):
    return f"source/{path.relative_to(ROOT).as_posix()}.md"


def listing(path):
    language = {".cpp": "cpp", ".hpp": "cpp", ".py": "python"}.get(path.suffix, "text")
    name = path.relative_to(ROOT).as_posix()
    return f"---\nsearch:\n  exclude: true\n---\n\n# {name}\n\n```{language}\n{path.read_text()}```\n"
