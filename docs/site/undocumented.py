# SPDX-License-Identifier: Apache-2.0
"""Fails where doxygen warned of something: of a public name without a comment, say.

    undocumented.py LOG

Two kinds of names need no comment of their own. One is operators, and functions of a dual number (friends) that do what
they do to a plain one. The other is members that a concept asks for: what such a member does is said once, where the
concept is (space/concept.hpp and its like), and not in each type that has it.
"""

import re
import sys

CONCEPTS = {
    "space": "dimension project cube_dimension from_cube initial_design point unit_point merge_weights points "
    "nth_unit_point steps relax neighbours reached_bounds",
    "kernel": "derivative hyper_parameters gradient point_gradient prior fill fill_lower contract_gradient "
    "fill_point_gradients",
    "acquisition": "prepare evaluate evaluate_gradient logarithmic choose",
    "tensor": "allocate upload download weighted_sum weighted_sum_batch view buffer tensor indices windows lanes convert "
    "make_buffer make_indices make_windows write read embed add_rows rms_norm layer_norm linear add_bias add_scaled scale "
    "clamp rotate causal_attention activate activate_gated token_losses sum_runs",
    "any axis": "check name",
}
ASKED_FOR = {name for names in CONCEPTS.values() for name in names.split()}


def own_comment_needed(warning):
    found = re.search(r"warning: Member (operator|\w+).* is not documented", warning)
    if not found:
        return True
    as_of_plain_numbers = found[1] == "operator" or "(friend) of struct bouillon::dual " in warning
    return not (as_of_plain_numbers or " of namespace " not in warning and found[1] in ASKED_FOR)


def main():
    with open(sys.argv[1]) as log:
        warnings = [line.strip() for line in log if "warning:" in line]
    left = sorted(warning for warning in warnings if own_comment_needed(warning))
    print("\n".join(left), file=sys.stderr)
    print(f"{len(left)} warnings of doxygen; {len(warnings) - len(left)} more are of operators and members of concepts")
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
