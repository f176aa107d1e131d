# Requests that were granted and not sent are not given back (I10).
s/permits->sent, permits->left,/permits->sent, 0,/
