/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "test.h"
#include "words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *command;
	const char *words[6];
} good[] = {
	{ "a", { "a" } },
	{ "/bin/get token", { "/bin/get", "token" } },
	{ "  a \t b\nc  ", { "a", "b", "c" } },
	{ "a 'b c' d", { "a", "b c", "d" } },
	{ "a \"b c\" d", { "a", "b c", "d" } },
	{ "a b' 'c\" \"d", { "a", "b c d" } },
	{ "a ''", { "a", "" } },
	{ "a \"\" b", { "a", "", "b" } },
	{ "a b\\ c", { "a", "b c" } },
	{ "a \\'b \\\"c", { "a", "'b", "\"c" } },
	{ "a '\\' '\"'", { "a", "\\", "\"" } },
	{ "a \"\\\"\\\\\\$\\`\"", { "a", "\"\\$`" } },
	{ "a \"\\n\\ \"", { "a", "\\n\\ " } },
	{ "a $HOME `id` * | ; > x", { "a", "$HOME", "`id`", "*", "|", ";" } },
	{ "'/opt/my tools/get' --for=x", { "/opt/my tools/get", "--for=x" } },
	{ "a \xc3\xa4", { "a", "\xc3\xa4" } },
};

static void
commands_fall_into_words_as_in_a_shell(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct words words;

		assert_int_equal(gs_words_split(&words, good[i].command, NULL),
		    GCPSECRET_OK);
		for (size_t n = 0; n < COUNT(good[i].words); n++) {
			if (good[i].words[n] == NULL) {
				assert_int_equal(words.count, n);
				break;
			}
			assert_true(n < words.count);
			assert_string_equal(words.items[n], good[i].words[n]);
		}
		assert_null(words.items[words.count]);
		gs_words_free(&words);
	}
}

static void
commands_that_cannot_be_meant_are_refused(void **state)
{
	static const struct {
		const char *command, *message;
	} bad[] = {
		{ "", "\"command\" of the credentials names no program" },
		{ " \t ", "names no program" },
		{ "'' x", "names no program" },
		{ "a 'b", "ends within quotes" },
		{ "a \"b", "ends within quotes" },
		{ "a \"b\\", "ends within quotes" },
		{ "a \"b\\\"", "ends within quotes" },
		{ "a 'b\\'c'", "ends within quotes" },
		{ "a b\\", "ends in a backslash" },
		{ "\\", "ends in a backslash" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct words    words;
		gcpsecret_error err;

		assert_int_equal(gs_words_split(&words, bad[i].command, &err),
		    GCPSECRET_ERR_CREDENTIALS);
		assert_non_null(strstr(err.message, bad[i].message));
		assert_null(words.items);
		assert_null(words.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_fall_into_words_as_in_a_shell),
		cmocka_unit_test(commands_that_cannot_be_meant_are_refused),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret words", tests, NULL, NULL);
}
