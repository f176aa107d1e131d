# Asked to end, it gives claims back whose tokens have arrived (I3).
s/case STORE: .*/case STORE: if (engine->breaker.over) engine_enter(engine, slot, UNSPENT); else take_token(engine, slot); return;/
