// SPDX-License-Identifier: Apache-2.0
int sum(const int* weights) {
    int total = 0;
    for (int i = 0; i < 3; ++i) {
        total += weights[i];
    }
    return total;
}
