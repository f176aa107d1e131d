# Requests that were granted and not sent are not given back (I10).
s/\.unsent = permits->left/.unsent = 0/
