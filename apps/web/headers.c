/* SPDX-License-Identifier: MIT */
#include "headers.h"

#include <stdio.h>
#include <strings.h>

/*
 * The referrer stays inside the site; it is not switched off, since browsers
 * send a form of a page without referrer as "Origin: null", which
 * session_owns_form() has to refuse.
 */
static const struct {
	const char *name, *value;
} always[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
	    "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
};

/*
 * No script at all, nothing from elsewhere.  data: is for the pictures inside
 * Bootstrap's style sheet; the consent page's origin is there because browsers
 * hold the redirect that follows a form to form-action too.
 */
bool
headers_prepare(struct web *web)
{
	struct origin consent;
	int           n;

	if (!origin_parse(web->settings->strava_oauth_base, &consent))
		return false;
	n = snprintf(web->policy, sizeof(web->policy),
	    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
	    "form-action 'self' %s; frame-ancestors 'none'; base-uri 'none'",
	    consent.text);
	return n > 0 && (size_t)n < sizeof(web->policy);
}

static bool
has_header(const struct response *response, const char *name)
{
	for (size_t i = 0; i < response->header_count; i++)
		if (strcasecmp(response->headers[i].name, name) == 0)
			return true;
	return false;
}

void
headers_finish(
    void *app, const struct request *request, struct response *response)
{
	const struct web *web = app;

	(void)request;
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		response_header(response, always[i].name, always[i].value);
	response_header(response, "Content-Security-Policy", web->policy);
	if (web->origin.secure)
		response_header(response, "Strict-Transport-Security",
		    "max-age=31536000; includeSubDomains");
	if (!has_header(response, "Cache-Control"))
		response_header(response, "Cache-Control", "no-store");
}
