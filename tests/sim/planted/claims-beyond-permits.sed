# More is claimed, and sent, than the budget granted (I10).
s/engine->permits\.left < \(int64_t\)limit/engine->permits.left < 1/
