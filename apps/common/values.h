/* SPDX-License-Identifier: MIT */
#ifndef APPS_VALUES_H
#define APPS_VALUES_H

/*
 * The shapes that the value of a setting may have.  Each function checks `text`
 * and stores what it means at `at`: an int64_t or, as a copy to be freed by the
 * caller, a char *.  On failure it stores nothing and says in `why` what the
 * value must be, to be read after the setting's name; the value itself is never
 * part of it.
 */

#include <stdbool.h>

#define VALUE_WHY_SIZE 224
#define VALUE_LIST_MAX 16 /* entries of audiences and e-mail addresses */

typedef bool (*value_fn)(const char *text, void *at, char why[VALUE_WHY_SIZE]);

/* To int64_t. */
bool value_switch(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_port(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_seconds(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_deadline(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_in_flight(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_days(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_percent(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_task(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_invoker(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_log_format(const char *text, void *at, char why[VALUE_WHY_SIZE]);

/* To int64_t[2]. */
bool value_limits(const char *text, void *at, char why[VALUE_WHY_SIZE]);

/* To char *. */
bool value_line(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_visible(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_client_id(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_athletes(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_scope(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_audiences(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_emails(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_keys(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_conninfo(const char *text, void *at, char why[VALUE_WHY_SIZE]);

/* A base URL, without the slash at its end; an origin has no path either. */
bool value_base(const char *text, void *at, char why[VALUE_WHY_SIZE]);
bool value_origin(const char *text, void *at, char why[VALUE_WHY_SIZE]);

#endif
