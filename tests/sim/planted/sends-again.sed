# A request without an answer is sent again for the same claim (I8).
s/case PUT_OFF: .*/case PUT_OFF: engine_enter(engine, slot, HELD); return;/
