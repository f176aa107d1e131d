# A claim is spent though little is left of its lease (I4).
s/^(#define SPEND_WITHIN_MS).*/\1 INT64_C(150000)/
