# A wrong client secret counts as a dead token (I2).
s/(STRAVA_ERR_APPLICATION, )GIVE_BACK/\1REFUSE/
