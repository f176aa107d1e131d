/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_HTML_H
#define SANDBOX_HTML_H

#include "buf.h"

/* Adds text so that it is text, in an element or a quoted attribute. */
void html_add_escaped(struct buf *page, const char *text);

#endif
