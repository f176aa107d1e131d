/* SPDX-License-Identifier: MIT */
#ifndef BROWSER_H
#define BROWSER_H

/*
 * A real browser without a window: Chromium, driven through chromedriver over
 * the WebDriver protocol.  It keeps its profile in a temporary folder of its
 * own, and ends with the test.
 *
 *	if (!browser_is_installed())
 *		return 77;
 *	browser_start(&browser, logs);
 *	browser_view(&browser, 390, 844, BROWSER_DARK);
 *	browser_go(&browser, "http://127.0.0.1:8080/");
 *	browser_click(&browser, "a.btn");
 *	browser_picture(&browser, "after-the-click");
 *	browser_end(&browser);
 *
 * Whatever fails here ends the test.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "process.h"

struct browser {
	struct process driver;
	char          *logs, *profile;
	char           session[256]; /* URL of the session */
};

enum browser_scheme { BROWSER_LIGHT, BROWSER_DARK };

bool browser_is_installed(void);

/* Pictures and the driver's log go to `logs`. */
void browser_start(struct browser *browser, const char *logs);
void browser_end(struct browser *browser);

/* The size of the page in CSS pixels, and what it is told about colours. */
void browser_view(
    struct browser *browser, int width, int height, enum browser_scheme scheme);

/* Returns when the page is loaded. */
void browser_go(struct browser *browser, const char *url);

/* Clicks on the first element that a CSS selector finds, as a person would: it
 * must be visible. */
void browser_click(struct browser *browser, const char *selector);

/* Types into it. */
void browser_type(
    struct browser *browser, const char *selector, const char *text);

/* One key, wherever the focus is: "\xee\x80\x84" is Tab in WebDriver. */
void browser_press(struct browser *browser, const char *key);

/* The address of the page; to be freed. */
char *browser_address(struct browser *browser);

/* The value of a JavaScript expression; ends with json_object_put(). */
struct json_object *browser_value(
    struct browser *browser, const char *expression);
int64_t browser_number(struct browser *browser, const char *expression);
bool    browser_holds(struct browser *browser, const char *expression);

/* The whole page as LOGS/NAME.png. */
void browser_picture(struct browser *browser, const char *name);

#endif
