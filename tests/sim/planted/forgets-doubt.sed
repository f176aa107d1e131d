# A request without an answer leaves no doubt (I1).
s/\.in_doubt = picked.*,/.in_doubt = 0,/
