/* SPDX-License-Identifier: MIT */

/* "/": a word to a person who looks, and the metadata server's ping. */

#include "handlers.h"

void
home_page(struct call *call)
{
	if (request_header(call->request, "Metadata-Flavor") != NULL) {
		response_header(call->response, "Metadata-Flavor", "Google");
		response_type(call->response, "application/text");
		buf_add_text(&call->response->body, "computeMetadata/\n");
		return;
	}
	response_type(call->response, "text/html; charset=utf-8");
	buf_add_text(&call->response->body,
	    "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
	    "<title>strava-sandbox</title>\n"
	    "<p>This is a sandbox: it plays Strava and Google for programs "
	    "under test.\n"
	    "<p>What it remembers: <a href=\"/_control/state\">state</a>, "
	    "<a href=\"/_control/requests\">requests</a>.\n");
}
