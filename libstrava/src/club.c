/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define M(name, put, key) MEMBER(strava_club, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_club, id, put_int64, NULL, "id"),
	M(resource_state, put_int64, "resource_state"),
	M(name, put_string, "name"),
	M(profile_medium, put_string, "profile_medium"),
	M(profile, put_string, "profile"),
	M(cover_photo, put_string, "cover_photo"),
	M(cover_photo_small, put_string, "cover_photo_small"),
	M(activity_types_icon, put_string, "activity_types_icon"),
	M(sport_type, put_string, "sport_type"),
	M(localized_sport_type, put_string, "localized_sport_type"),
	M(city, put_string, "city"),
	M(state, put_string, "state"),
	M(country, put_string, "country"),
	M(is_private, sv_put_tri, "private"),
	M(member_count, put_int64, "member_count"),
	M(featured, sv_put_tri, "featured"),
	M(verified, sv_put_tri, "verified"),
	M(url, put_string, "url"),
	M(membership, put_string, "membership"),
	M(admin, sv_put_tri, "admin"),
	M(owner, sv_put_tri, "owner"),
	M(description, put_string, "description"),
	M(club_type, put_string, "club_type"),
	M(post_count, sv_put_opt_int, "post_count"),
	M(owner_id, put_int64, "owner_id"),
	M(following_count, sv_put_opt_int, "following_count"),
	M(website, put_string, "website"),
};
#undef M

static const struct nested nested[] = {
	NESTED_TEXTS(strava_club, activity_types, "activity_types"),
	NESTED_TEXTS(strava_club, dimensions, "dimensions"),
};

const struct model sv_club_model = MODEL(strava_club, "club", members, nested);

strava_status
strava_club_get(
    strava_client *client, int64_t id, strava_club **out, strava_error *err)
{
	struct ask ask = { .endpoint = CLUB_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_club_model, out, err);
}

strava_status
strava_club_list_get(strava_client *client, const strava_page *page,
    strava_club_list **out, strava_error *err)
{
	struct ask ask = { .endpoint = ATHLETE_CLUBS };

	return sv_ask_page(client, &ask, page, &sv_club_model, out, err);
}

strava_status
strava_club_parse(
    const char *text, size_t len, strava_club **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_club_model, out, err);
}

strava_status
strava_club_list_parse(
    const char *text, size_t len, strava_club_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_club_model, out, err);
}

void
strava_club_free(strava_club *club)
{
	model_free(club);
}

void
strava_club_list_free(strava_club_list *list)
{
	model_free(list);
}

const char *
strava_club_json(const strava_club *club)
{
	return model_json(club);
}

const char *
strava_club_list_json(const strava_club_list *list)
{
	return model_json(list);
}
