/*
 * trigger RATE MILLIS: changes the state of a socket RATE times a second (0: as often as it can) for so long. Waits for a
 * line of input before it begins.
 */
#include "../load/c/common.h"

int main(int count, char **arguments)
{
	if (count != 3)
		return 2;
	uint64_t rate = strtoull(arguments[1], NULL, 10), duration = strtoull(arguments[2], NULL, 10) * 1000000;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		fail("socket");
	getchar();
	uint64_t begin = now_ns(), done = 0;
	for (uint64_t passed = 0; passed < duration; passed = now_ns() - begin) {
		if (rate && done * 1000000000ULL > passed * rate)
			continue;
		if (done++ & 1 ? shutdown(fd, SHUT_RDWR) : listen(fd, 1))
			fail("state");
	}
	return 0;
}
