/* SPDX-License-Identifier: MIT */
#include "browser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "http.h"
#include "test.h"

#define DRIVER "/usr/bin/chromedriver"
#define CHROMIUM "/usr/bin/chromium"
#define START_MS 30000
#define ANSWER_MS 60000
#define ANSWER_MAX (32 << 20)

/* What WebDriver calls a reference to an element. */
#define ELEMENT "element-6066-11e4-a52e-4f735466cecf"

bool
browser_is_installed(void)
{
	return access(DRIVER, X_OK) == 0 && access(CHROMIUM, X_OK) == 0;
}

/*
 * One command.  `body` is taken over; NULL for GET and DELETE.  The "value" of
 * the answer is the caller's.
 */
static struct json_object *
command(const char *method, const char *url, struct json_object *body)
{
	static const char *const json[] = {
		"Content-Type: application/json; charset=utf-8", NULL
	};
	struct http_request  request = { .method = method,
		 .url = url,
		 .timeout_ms = ANSWER_MS,
		 .body_max = ANSWER_MAX };
	struct http_response response;
	struct http         *http = http_new("browser", NULL);
	struct json_object  *answer, *value;

	assert_non_null(http);
	if (body != NULL) {
		request.headers = json;
		request.body = json_object_to_json_string_ext(
		    body, JSON_C_TO_STRING_PLAIN);
		request.body_len = strlen(request.body);
	}
	http_response_init(&response);
	assert_int_equal(http_send(http, &request, &response), HTTP_ANSWERED);
	if (response.status != 200)
		fail_msg("%s %s: %s", method, url, buf_text(&response.body));
	answer = json_tokener_parse(buf_text(&response.body));
	value = json_object_get(json_object_object_get(answer, "value"));
	json_object_put(answer);
	json_object_put(body);
	http_response_free(&response);
	http_free(http);
	return value;
}

/* The same below the session. */
static struct json_object *
tell(const struct browser *browser, const char *method, const char *path,
    struct json_object *body)
{
	char url[512];

	snprintf(url, sizeof(url), "%s%s", browser->session, path);
	return command(method, url, body);
}

static struct json_object *
object_of(const char *key, struct json_object *value)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, key, value);
	return object;
}

static void
add_text(struct json_object *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

/* What the browser is to be like; it must not go to the network by itself, and
 * must end with the driver.  Its sandbox does not work as root nor in many
 * containers, and it shows nothing but our own pages. */
static struct json_object *
wishes(const struct browser *browser)
{
	static const char *const flags[] = { "--headless=new", "--disable-gpu",
		"--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--remote-debugging-pipe",
		"--no-proxy-server", "--no-sandbox" };
	struct json_object      *args = json_object_new_array();
	struct json_object      *options = json_object_new_object();
	char                     folder[256];

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		add_text(args, flags[i]);
	snprintf(
	    folder, sizeof(folder), "--user-data-dir=%s", browser->profile);
	add_text(args, folder);
	json_object_object_add(options, "args", args);
	json_object_object_add(
	    options, "binary", json_object_new_string(CHROMIUM));
	return object_of("capabilities",
	    object_of("alwaysMatch", object_of("goog:chromeOptions", options)));
}

/* Starts the driver and returns its port. */
static int
start_driver(struct browser *browser)
{
	static const char  mark[] = "started successfully on port ";
	struct environment env = { 0 };
	char              *out;
	int                port;

	environment_set(&env, "HOME", browser->profile);
	environment_set(&env, "TMPDIR", browser->profile);
	environment_set(&env, "PATH", "/usr/bin:/bin");
	process_start(&browser->driver,
	    (const char *const[]){ DRIVER, "--port=0", NULL }, &env,
	    browser->logs, "chromedriver");
	environment_free(&env);
	assert_true(process_await(
	    &browser->driver, browser->driver.out, mark, START_MS));
	out = process_out(&browser->driver);
	port = (int)strtol(strstr(out, mark) + strlen(mark), NULL, 10);
	free(out);
	return port;
}

void
browser_start(struct browser *browser, const char *logs)
{
	char template[] = "/tmp/browser-XXXXXX";
	char                url[64];
	struct json_object *value;
	int                 port;

	memset(browser, 0, sizeof(*browser));
	assert_non_null(mkdtemp(template));
	browser->profile = strdup(template);
	browser->logs = strdup(logs);
	port = start_driver(browser);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/session", port);
	value = command("POST", url, wishes(browser));
	snprintf(browser->session, sizeof(browser->session), "%s/%s", url,
	    json_object_get_string(json_object_object_get(value, "sessionId")));
	json_object_put(value);
}

static void
remove_profile(const struct browser *browser)
{
	struct environment env = { 0 };
	struct process     rm;

	process_start(&rm,
	    (const char *const[]){
		"/bin/rm", "-rf", "--", browser->profile, NULL },
	    &env, browser->logs, "rm");
	assert_true(process_wait(&rm, START_MS));
	process_free(&rm);
}

void
browser_end(struct browser *browser)
{
	json_object_put(tell(browser, "DELETE", "", NULL));
	process_end(&browser->driver);
	process_free(&browser->driver);
	remove_profile(browser);
	free(browser->profile);
	free(browser->logs);
	memset(browser, 0, sizeof(*browser));
}

/* A command of Chromium's own protocol. */
static struct json_object *
devtools(const struct browser *browser, const char *name,
    struct json_object *parameters)
{
	struct json_object *body =
	    object_of("cmd", json_object_new_string(name));

	json_object_object_add(body, "params", parameters);
	return tell(browser, "POST", "/goog/cdp/execute", body);
}

static struct json_object *
feature(const char *name, const char *value)
{
	struct json_object *it =
	    object_of("name", json_object_new_string(name));

	json_object_object_add(it, "value", json_object_new_string(value));
	return it;
}

void
browser_view(
    struct browser *browser, int width, int height, enum browser_scheme scheme)
{
	struct json_object *screen, *features;

	screen = object_of("width", json_object_new_int(width));
	json_object_object_add(screen, "height", json_object_new_int(height));
	json_object_object_add(
	    screen, "deviceScaleFactor", json_object_new_int(1));
	json_object_object_add(
	    screen, "mobile", json_object_new_boolean(width < 600));
	json_object_put(
	    devtools(browser, "Emulation.setDeviceMetricsOverride", screen));
	/* Where scrolling is animated, a click may come before its end. */
	features = json_object_new_array();
	json_object_array_add(
	    features, feature("prefers-reduced-motion", "reduce"));
	json_object_array_add(
	    features, feature("prefers-color-scheme",
			  scheme == BROWSER_DARK ? "dark" : "light"));
	json_object_put(devtools(browser, "Emulation.setEmulatedMedia",
	    object_of("features", features)));
}

void
browser_go(struct browser *browser, const char *url)
{
	json_object_put(tell(browser, "POST", "/url",
	    object_of("url", json_object_new_string(url))));
}

/* The path of a command about the first element that `selector` finds. */
static void
element_path(const struct browser *browser, const char *selector,
    const char *verb, char path[256])
{
	struct json_object *body =
	    object_of("using", json_object_new_string("css selector"));
	struct json_object *element;

	json_object_object_add(body, "value", json_object_new_string(selector));
	element = tell(browser, "POST", "/element", body);
	snprintf(path, 256, "/element/%s/%s",
	    json_object_get_string(json_object_object_get(element, ELEMENT)),
	    verb);
	json_object_put(element);
}

void
browser_click(struct browser *browser, const char *selector)
{
	char path[256];

	element_path(browser, selector, "click", path);
	json_object_put(tell(browser, "POST", path, json_object_new_object()));
}

void
browser_type(struct browser *browser, const char *selector, const char *text)
{
	char path[256];

	element_path(browser, selector, "value", path);
	json_object_put(tell(browser, "POST", path,
	    object_of("text", json_object_new_string(text))));
}

static struct json_object *
key_action(const char *type, const char *key)
{
	struct json_object *action =
	    object_of("type", json_object_new_string(type));

	json_object_object_add(action, "value", json_object_new_string(key));
	return action;
}

void
browser_press(struct browser *browser, const char *key)
{
	struct json_object *actions = json_object_new_array();
	struct json_object *source = json_object_new_object();
	struct json_object *sources = json_object_new_array();

	json_object_array_add(actions, key_action("keyDown", key));
	json_object_array_add(actions, key_action("keyUp", key));
	json_object_object_add(source, "type", json_object_new_string("key"));
	json_object_object_add(
	    source, "id", json_object_new_string("keyboard"));
	json_object_object_add(source, "actions", actions);
	json_object_array_add(sources, source);
	json_object_put(
	    tell(browser, "POST", "/actions", object_of("actions", sources)));
}

char *
browser_address(struct browser *browser)
{
	struct json_object *value = tell(browser, "GET", "/url", NULL);
	char               *address = strdup(json_object_get_string(value));

	json_object_put(value);
	return address;
}

struct json_object *
browser_value(struct browser *browser, const char *expression)
{
	char               *script;
	struct json_object *body;

	assert_true(asprintf(&script, "return %s;", expression) > 0);
	body = object_of("script", json_object_new_string(script));
	json_object_object_add(body, "args", json_object_new_array());
	free(script);
	return tell(browser, "POST", "/execute/sync", body);
}

int64_t
browser_number(struct browser *browser, const char *expression)
{
	struct json_object *value = browser_value(browser, expression);
	int64_t             number = json_object_get_int64(value);

	json_object_put(value);
	return number;
}

bool
browser_holds(struct browser *browser, const char *expression)
{
	struct json_object *value = browser_value(browser, expression);
	bool                holds = json_object_get_boolean(value);

	json_object_put(value);
	return holds;
}

void
browser_picture(struct browser *browser, const char *name)
{
	struct json_object *parameters, *value;
	const char         *text;
	struct buf          picture;
	char               *path;
	FILE               *file;

	parameters =
	    object_of("captureBeyondViewport", json_object_new_boolean(true));
	value = devtools(browser, "Page.captureScreenshot", parameters);
	text = json_object_get_string(json_object_object_get(value, "data"));
	assert_non_null(text);
	buf_init(&picture, ANSWER_MAX);
	assert_true(
	    base64_decode(&picture, text, strlen(text), BASE64_STANDARD));
	assert_true(asprintf(&path, "%s/%s.png", browser->logs, name) > 0);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(
	    fwrite(picture.data, 1, picture.len, file), picture.len);
	assert_int_equal(fclose(file), 0);
	free(path);
	buf_free(&picture);
	json_object_put(value);
}
