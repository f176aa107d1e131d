# A token that the store did not take is dropped (I3).
s/if \(!engine_hurries\(engine\)\)/if (slot->tries < 1)/
