/* SPDX-License-Identifier: MIT */

/*
 * The pages in a real browser: three clicks from the start to a drawn route, on
 * a phone and on a desk, in light and in dark, with the keyboard too.  A
 * picture of each page stays beside the logs.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "clock.h"
#include "strava_web.h"
#include "test.h"

#define PHONE 390
#define DESK 1280
#define ARRIVE_MS 10000
#define LOOK_MS 50
#define TAB "\xee\x80\x84" /* as WebDriver writes the key */

static struct strava_web web;
static struct browser    browser;

static int
start(void **state)
{
	(void)state;
	strava_web_start(&web, "apps.pages");
	browser_start(&browser, web.world.logs);
	browser_view(&browser, DESK, 800, BROWSER_LIGHT);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	browser_end(&browser);
	strava_web_end(&web);
	return 0;
}

static void
go(const char *path)
{
	char url[256];

	snprintf(url, sizeof(url), "%s%s", web.base, path);
	browser_go(&browser, url);
}

static bool
is_at(const char *path)
{
	char *address = browser_address(&browser);
	bool  there = strncmp(address, web.base, strlen(web.base)) == 0 &&
		     strcmp(address + strlen(web.base), path) == 0;

	free(address);
	return there;
}

/* A form's answer, and the redirects behind it, come a moment after the click. */
static bool
arrives_at(const char *path)
{
	for (int i = 0; i < ARRIVE_MS / LOOK_MS; i++) {
		if (is_at(path))
			return true;
		clock_sleep_ms(LOOK_MS, NULL);
	}
	return false;
}

/* A line long and wide enough to be seen, not just an element. */
static bool
route_is_drawn(void)
{
	return browser_holds(&browser,
	    "(() => { const p = document.querySelector('svg.route path');"
	    "if (!p) return false; const b = p.getBoundingClientRect();"
	    "return b.width > 50 && b.height > 50 &&"
	    "p.getTotalLength() > 500; })()");
}

static void
sign_in(void)
{
	go("/login");
	browser_click(&browser, "#authorize");
	assert_true(arrives_at("/activity"));
}

static void
sign_out(void)
{
	go("/");
	browser_click(&browser, "header form button");
	assert_true(arrives_at("/?done=signed-out"));
}

static void
from_the_start_to_a_drawn_route_in_three_clicks(void **state)
{
	(void)state;
	go("/");
	browser_click(&browser, "main a.btn");
	browser_click(&browser, "#authorize");
	assert_true(arrives_at("/activity"));
	assert_true(route_is_drawn());
	sign_out();
}

static void
a_visitor_comes_back_in_one_click(void **state)
{
	(void)state;
	sign_in();
	go("/");
	browser_click(&browser, "main a.btn");
	assert_true(arrives_at("/activity"));
	assert_true(route_is_drawn());
	sign_out();
}

static void
the_forms_work_in_a_browser(void **state)
{
	struct json_object *number;
	char                path[64];

	(void)state;
	sign_in();
	go("/history");
	number = browser_value(&browser,
	    "new URL(document.querySelector('.rides a').href)"
	    ".searchParams.get('id')");
	browser_type(&browser, "#activity_id", json_object_get_string(number));
	snprintf(path, sizeof(path), "/activity?id=%s",
	    json_object_get_string(number));
	json_object_put(number);
	browser_click(&browser, "main form button");
	assert_true(arrives_at(path));
	go("/profile");
	browser_click(&browser, "details.danger summary");
	browser_click(&browser, "details.danger button");
	assert_true(arrives_at("/?done=disconnected"));
	assert_int_equal(browser_number(&browser,
			     "document.querySelectorAll('.notice').length"),
	    1);
}

static void
the_keyboard_reaches_everything(void **state)
{
	(void)state;
	go("/");
	browser_press(&browser, TAB);
	assert_true(browser_holds(&browser,
	    "document.activeElement.className == 'skip' &&"
	    "document.activeElement.getBoundingClientRect().left >= 0"));
	browser_press(&browser, TAB);
	assert_true(browser_holds(
	    &browser, "document.activeElement.className == 'brand'"));
}

/*
 * The lowest contrast of any text on the page to what it stands on, by the
 * formula of WCAG 2.2.
 */
static const char lowest_contrast[] =
    "(() => {"
    "const parts = c => c.match(/[\\d.]+/g).map(Number);"
    "const light = c => { const [r, g, b] = parts(c).map(v => {"
    "v /= 255; return v <= 0.04045 ? v / 12.92 :"
    "((v + 0.055) / 1.055) ** 2.4; });"
    "return 0.2126 * r + 0.7152 * g + 0.0722 * b; };"
    "const under = e => { for (; e; e = e.parentElement) {"
    "const c = getComputedStyle(e).backgroundColor, p = parts(c);"
    "if (p.length < 4 || p[3] > 0) return c; }"
    "return getComputedStyle(document.body).backgroundColor; };"
    "let lowest = 21;"
    "for (const e of document.querySelectorAll('body *')) {"
    "if (![...e.childNodes].some(n => n.nodeType == 3 &&"
    "n.data.trim() != '') || e.closest('title, desc')) continue;"
    "const s = getComputedStyle(e);"
    "const a = light(s.color), b = light(under(e));"
    "const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);"
    "lowest = Math.min(lowest, ratio); }"
    "return lowest; })()";

static void
check_page(int width)
{
	struct json_object *contrast;

	assert_true(browser_number(&browser,
			"document.documentElement.scrollWidth") <= width);
	assert_int_equal(
	    browser_number(&browser, "document.querySelectorAll('h1').length"),
	    1);
	assert_int_equal(
	    browser_number(&browser, "document.querySelectorAll('body > "
				     "header, header nav[aria-label], main, "
				     "body > footer').length"),
	    4);
	assert_true(
	    browser_holds(&browser, "document.documentElement.lang == 'en'"));
	assert_true(browser_holds(&browser,
	    "performance.getEntriesByType('resource').every(r =>"
	    "r.name.startsWith(location.origin))"));
	contrast = browser_value(&browser, lowest_contrast);
	if (json_object_get_double(contrast) < 4.5)
		fail_msg("contrast %s", json_object_to_json_string(contrast));
	json_object_put(contrast);
}

/* Every page in one view, with a picture. */
static void
look_around(int width, enum browser_scheme scheme)
{
	static const struct {
		const char *path, *name;
	} pages[] = {
		{ "/", "home" },
		{ "/activity", "activity" },
		{ "/history", "history" },
		{ "/profile", "profile" },
		{ "/about", "about" },
		{ "/activity?id=1", "not-found" },
		{ "/nowhere", "nowhere" },
	};
	char name[64];

	browser_view(&browser, width, 844, scheme);
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		go(pages[i].path);
		check_page(width);
		snprintf(name, sizeof(name), "%s-%d-%s", pages[i].name, width,
		    scheme == BROWSER_DARK ? "dark" : "light");
		browser_picture(&browser, name);
	}
	go("/history");
	browser_click(&browser, ".rides a");
	browser_click(&browser, "a[href^='/map/']");
	check_page(width);
	snprintf(name, sizeof(name), "map-%d-%s", width,
	    scheme == BROWSER_DARK ? "dark" : "light");
	browser_picture(&browser, name);
}

static void
pages_fit_phone_and_desk_in_light_and_dark(void **state)
{
	(void)state;
	sign_in();
	look_around(PHONE, BROWSER_LIGHT);
	look_around(PHONE, BROWSER_DARK);
	look_around(DESK, BROWSER_LIGHT);
	look_around(DESK, BROWSER_DARK);
	sign_out();
	browser_picture(&browser, "signed-out");
}

static void
a_narrow_window_needs_no_sideways_scrolling(void **state)
{
	(void)state;
	sign_in();
	browser_view(&browser, 320, 600, BROWSER_LIGHT);
	go("/history");
	check_page(320);
	go("/activity");
	check_page(320);
	browser_picture(&browser, "activity-320-light");
	browser_view(&browser, DESK, 800, BROWSER_LIGHT);
	sign_out();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    from_the_start_to_a_drawn_route_in_three_clicks),
		cmocka_unit_test(a_visitor_comes_back_in_one_click),
		cmocka_unit_test(the_forms_work_in_a_browser),
		cmocka_unit_test(the_keyboard_reaches_everything),
		cmocka_unit_test(pages_fit_phone_and_desk_in_light_and_dark),
		cmocka_unit_test(a_narrow_window_needs_no_sideways_scrolling),
	};

	if (!browser_is_installed()) {
		printf("skipped: chromium and chromium-driver are not "
		       "installed\n");
		return 77;
	}
	return cmocka_run_group_tests_name("apps.pages", tests, start, end);
}
