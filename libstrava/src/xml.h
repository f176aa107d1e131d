/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_XML_H
#define STRAVA_XML_H

/*
 * What an XML file is made of.  Each adds to a buffer, whose failure is asked
 * for at the end.
 */

#include "internal.h"

/* Text between tags or quotes, made fit for XML. */
void sv_xml_text(struct buf *out, const char *text);

/* Rounded, without zeros at the end; `value` is one that XML can have. */
void sv_xml_number(struct buf *out, double value, int decimals);
bool sv_xml_is_number(double value);

/* An element around a number or a text; nothing for no number and no text. */
void sv_xml_number_element(
    struct buf *out, const char *name, double value, int decimals);
void sv_xml_text_element(struct buf *out, const char *name, const char *text);

#endif
