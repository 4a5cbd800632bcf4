/*
 * Every error code of the front ends with its explanation: one line each,
 * printed by the documentation. X(code, explanation). E1 lines, E2 workflow
 * text, E3 references and needs, E4 YAML, E5 plans. A code keeps its meaning
 * for ever.
 */
#ifndef WF_FRONT_CODES_H
#define WF_FRONT_CODES_H

#define FRONT_CODES(X) \
	X(E101, "plain text stands where a command is needed") \
	X(E102, "a word that starts with / is not a command name") \
	X(E103, "one unquoted word names neither a definition nor an agent") \
	X(E104, "the text is open: a quote, brace or bracket is not closed") \
	X(E105, "something stands behind a closed text that may not") \
	X(E106, "curly quotes around a text") \
	X(E107, "history words such as !! are keys here") \
	X(E108, "an unknown flag") \
	X(E109, "a flag's value is missing or of the wrong type") \
	X(E110, "a redirection or pipe without its target") \
	X(E111, "an unknown command") \
	X(E112, "a line or text over its size limit") \
	X(E113, "a NUL byte or malformed text") \
	X(E114, "a required argument is missing") \
	X(E115, "an argument too many") \
	X(E116, "an argument of the wrong type") \
	X(E117, "a command without the text it takes") \
	X(E201, "a step is missing where one is needed") \
	X(E202, "an arrow is glued to its neighbours") \
	X(E203, "another language's arrow") \
	X(E204, "a bracket, brace or quote in workflow text is not closed") \
	X(E205, "a keyword of a construct is missing") \
	X(E206, "an if without end that is not last") \
	X(E207, "a keyword in a bare text inside a construct") \
	X(E208, "a label without a blank behind its colon") \
	X(E209, "nesting over its limit") \
	X(E210, "a word that looks like a command stands in a prompt") \
	X(E211, "a label is used twice") \
	X(E212, "a label is a reserved word") \
	X(E213, "a prompt that must be quoted") \
	X(E214, "a path is not a command") \
	X(E215, "nested workflow text must be quoted or braced") \
	X(E216, "workflow text has no redirection and no shell operators") \
	X(E217, "a definition calls itself") \
	X(E218, "text that does not belong there") \
	X(E219, "too many steps") \
	X(E220, "an unknown annotation") \
	X(E221, "an annotation's value is missing or of the wrong type") \
	X(E222, "an annotation that this kind of unit does not take") \
	X(E223, "an annotation is given twice") \
	X(E224, "an environment name that workflow files may not set") \
	X(E225, "a flag of a whole run at a workflow that is a step") \
	X(E301, "a reference to an unknown name") \
	X(E302, "an unknown step in needs") \
	X(E303, "steps need each other in a circle") \
	X(E304, "a result has no such field") \
	X(E305, "item or index outside a loop") \
	X(E306, "a step of another branch cannot be referred to") \
	X(E307, "a malformed reference") \
	X(E308, "a spread outside a word of its own") \
	X(E309, "a loop's name as a shell variable") \
	X(E310, "a reference where the shell would read it as program text") \
	X(E311, "a reference inside single quotes") \
	X(E312, "a reference where the shell would evaluate it as arithmetic") \
	X(E313, "a reference in the code of a second interpreter") \
	X(E314, "a reference in a quoted here-document") \
	X(E315, "a reference in a case pattern") \
	X(E316, "a reference inside a Lua string") \
	X(E317, "a reference where no value can be put") \
	X(E318, "an unknown parameter of a definition") \
	X(E319, "a step's name as a shell variable") \
	X(E401, "text that is not YAML") \
	X(E402, "an unknown key") \
	X(E403, "a key is given twice") \
	X(E404, "an alias, tag or anchor") \
	X(E405, "a second document") \
	X(E406, "YAML over its depth or size limit") \
	X(E407, "a value of the wrong type") \
	X(E408, "a required key is missing") \
	X(E409, "keys that exclude each other") \
	X(E501, "the plan is over a limit") \
	X(E502, "the plan has a circle") \
	X(E503, "the plan cannot be built") \
	X(E504, "a condition that is no expression")

#endif
