# What was given up while on its way is asked for again at once (I4).
s/if \(!err->in_doubt .*/if (err != NULL)/
