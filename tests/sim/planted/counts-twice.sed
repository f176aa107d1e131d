# A claim is counted twice (I10).
s/^\treport_count\(engine->report, outcome, .*/&\n&/
