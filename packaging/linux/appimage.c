/* What an AppImage begins with: it has the file system that is appended to it mounted, or unpacked where that cannot be,
 * and runs AppRun in it. One static program without needs of its own; scripts/build appimage compiles it.
 *
 * squashfuse reads the file system, libfuse mounts it. Made for zstd: the other compressions are left out below.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 32
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <squashfuse/ll.h>
#include <squashfuse/traverse.h>
#include <squashfuse/util.h>

#ifndef RUNTIME_VERSION
#define RUNTIME_VERSION "0"
#endif
#define NAME "voicedesk-appimage"
#define BLOCK (1 << 20)

static char image[PATH_MAX];

/* squashfuse asks for every compression that it was built with. */
int lzo1x_decompress_safe(const void *in, size_t size, void *out, size_t *room, void *work);
int LZ4_decompress_safe(const char *in, char *out, int size, int room);
int lzma_stream_buffer_decode(void *limit, int flags, const void *allocator, const void *in, size_t *at,
                              size_t size, void *out, size_t *out_at, size_t room);

int lzo1x_decompress_safe(const void *in, size_t size, void *out, size_t *room, void *work)
{
    (void)in, (void)size, (void)out, (void)room, (void)work;
    return -1;
}

int LZ4_decompress_safe(const char *in, char *out, int size, int room)
{
    (void)in, (void)out, (void)size, (void)room;
    return -1;
}

int lzma_stream_buffer_decode(void *limit, int flags, const void *allocator, const void *in, size_t *at,
                              size_t size, void *out, size_t *out_at, size_t room)
{
    (void)limit, (void)flags, (void)allocator, (void)in, (void)at, (void)size, (void)out, (void)out_at, (void)room;
    return 9; /* LZMA_DATA_ERROR */
}

static void fail(const char *what)
{
    fprintf(stderr, "VoiceDesk cannot be started from %s: %s (%s).\n", image, what, strerror(errno));
    exit(127);
}

/* Where the program ends and the file system begins: after the table of sections. */
static size_t offset_of_image(void)
{
    Elf64_Ehdr head;
    int fd = open(image, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, &head, sizeof head) != (ssize_t)sizeof head)
        fail("the file cannot be read");
    close(fd);
    return head.e_shoff + (size_t)head.e_shentsize * head.e_shnum;
}

static void join(char *out, const char *folder, const char *name)
{
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        fail("a path is too long");
    }
}

/* --------------------------------------------------------------------------------------- unpacking */

static void write_file(sqfs *fs, sqfs_inode *inode, const char *path)
{
    static char block[BLOCK];
    int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0)
        fail("a file cannot be unpacked");
    for (sqfs_off_t at = 0; at < (sqfs_off_t)inode->xtra.reg.file_size;) {
        sqfs_off_t size = sizeof block;
        if (sqfs_read_range(fs, inode, at, &size, block) != SQFS_OK || size <= 0) {
            errno = EIO;
            fail("the file is damaged");
        }
        for (sqfs_off_t done = 0; done < size;) {
            ssize_t count = write(out, block + done, (size_t)(size - done));
            if (count < 0)
                fail("a file cannot be unpacked");
            done += count;
        }
        at += size;
    }
    if (fchmod(out, inode->base.mode & 0777) != 0 || close(out) != 0)
        fail("a file cannot be unpacked");
}

static void write_link(sqfs *fs, sqfs_inode *inode, const char *path)
{
    char target[PATH_MAX];
    size_t size = sizeof target;
    if (sqfs_readlink(fs, inode, target, &size) != SQFS_OK || symlink(target, path) != 0)
        fail("a link cannot be unpacked");
}

static void unpack(size_t offset, const char *folder)
{
    sqfs fs;
    sqfs_traverse walk;
    sqfs_err error = sqfs_open_image(&fs, image, offset);
    if (error == SQFS_OK)
        error = sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs));
    if (error != SQFS_OK) {
        errno = EIO;
        fail("the file is damaged");
    }
    while (sqfs_traverse_next(&walk, &error)) {
        char path[PATH_MAX];
        sqfs_inode inode;
        if (walk.dir_end)
            continue;
        join(path, folder, walk.path);
        if (sqfs_inode_get(&fs, &inode, sqfs_dentry_inode(&walk.entry)) != SQFS_OK)
            break;
        if (S_ISDIR(inode.base.mode)) {
            if (mkdir(path, 0755) != 0)
                fail("a folder cannot be unpacked");
        } else if (S_ISREG(inode.base.mode)) {
            write_file(&fs, &inode, path);
        } else if (S_ISLNK(inode.base.mode)) {
            write_link(&fs, &inode, path);
        }
    }
    if (error != SQFS_OK) {
        errno = EIO;
        fail("the file is damaged");
    }
    sqfs_traverse_close(&walk);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

static void remove_all(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Take the folder's lock as it is wanted, without waiting. The one who holds it shared runs from there. */
static int lock_folder(const char *folder, int how)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    if (fd >= 0 && flock(fd, how | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* What other versions have left and nobody runs from. */
static void remove_others(const char *cache, const char *kept)
{
    DIR *listed = opendir(cache);
    struct dirent *entry;
    while (listed != NULL && (entry = readdir(listed)) != NULL) {
        char path[PATH_MAX];
        int lock;
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, kept) == 0)
            continue;
        join(path, cache, entry->d_name);
        if ((lock = lock_folder(path, LOCK_EX)) >= 0) {
            remove_all(path);
            close(lock);
        }
    }
    if (listed != NULL)
        closedir(listed);
}

/* The user's folder for what can be made again; made if it is not there. */
static void find_cache(char *out)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char parent[PATH_MAX], private[64];
    struct stat found;
    if (base != NULL && base[0] == '/')
        snprintf(parent, sizeof parent, "%s", base);
    else
        join(parent, home != NULL ? home : "/nonexistent", ".cache");
    mkdir(parent, 0700);
    join(out, parent, NAME);
    if ((mkdir(out, 0700) == 0 || errno == EEXIST) && access(out, W_OK) == 0)
        return;
    snprintf(private, sizeof private, NAME "-%u", (unsigned)getuid()); /* a home that cannot be written */
    join(out, "/tmp", private);
    if (mkdir(out, 0700) != 0 && errno != EEXIST)
        fail("there is no place to unpack it");
    if (lstat(out, &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != getuid() || (found.st_mode & 077)) {
        errno = EPERM;
        fail("the place to unpack it is somebody else's");
    }
}

/* Unpack once for each build, and have the folder kept while this process, or what it becomes, is there. */
static void have_unpacked(size_t offset, char *folder)
{
    char cache[PATH_MAX], name[64], fresh[PATH_MAX];
    struct stat about;
    if (stat(image, &about) != 0)
        fail("the file cannot be read");
    find_cache(cache);
    snprintf(name, sizeof name, "%s-%llx-%llx", RUNTIME_VERSION, (unsigned long long)about.st_size,
             (unsigned long long)about.st_mtime);
    join(folder, cache, name);
    if (lock_folder(folder, LOCK_SH) < 0) {
        join(fresh, cache, "unpacking.XXXXXX");
        if (mkdtemp(fresh) == NULL)
            fail("there is no place to unpack it");
        int lock = lock_folder(fresh, LOCK_SH);
        if (lock < 0)
            fail("there is no place to unpack it");
        chmod(fresh, 0755);
        unpack(offset, fresh);
        if (rename(fresh, folder) != 0) { /* another start was quicker */
            close(lock);
            remove_all(fresh);
            if (lock_folder(folder, LOCK_SH) < 0)
                fail("it cannot be unpacked");
        }
    }
    remove_others(cache, name);
}

/* --------------------------------------------------------------------------------------- mounting */

static struct fuse_session *serving;

static void stop_serving(int signal)
{
    (void)signal;
    if (serving != NULL)
        fuse_session_exit(serving);
}

/* Serve the mounted files until nobody holds the other end of ``alive`` any more, or, at -1, until a signal. */
static int serve(size_t offset, const char *folder, int ready, int alive)
{
    struct fuse_lowlevel_ops ops = {
        .getattr = sqfs_ll_op_getattr, .opendir = sqfs_ll_op_opendir, .releasedir = sqfs_ll_op_releasedir,
        .readdir = sqfs_ll_op_readdir, .lookup = sqfs_ll_op_lookup, .open = sqfs_ll_op_open,
        .create = sqfs_ll_op_create, .release = sqfs_ll_op_release, .read = sqfs_ll_op_read,
        .readlink = sqfs_ll_op_readlink, .listxattr = sqfs_ll_op_listxattr, .getxattr = sqfs_ll_op_getxattr,
        .forget = sqfs_ll_op_forget, .statfs = stfs_ll_op_statfs,
    };
    char *words[] = {NAME, "-o", "ro,nodev,nosuid,fsname=" NAME, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(3, words);
    sqfs_ll_chan channel;
    sqfs_ll *opened = sqfs_ll_open(image, offset);
    if (opened == NULL || sqfs_ll_mount(&channel, folder, &args, &ops, sizeof ops, opened) != SQFS_OK)
        return 1;
    serving = channel.session;
    struct sigaction stop = {.sa_handler = stop_serving};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    if (write(ready, "", 1) != 1)
        alive = -1;
    close(ready);
    struct pollfd watched[2] = {{.fd = fuse_session_fd(serving), .events = POLLIN}, {.fd = alive}};
    struct fuse_buf request = {.mem = NULL};
    while (!fuse_session_exited(serving)) {
        if (poll(watched, 2, -1) < 0)
            continue; /* a signal */
        if (watched[1].revents & POLLHUP)
            break;
        if (watched[0].revents == 0)
            continue;
        int size = fuse_session_receive_buf(serving, &request);
        if (size > 0)
            fuse_session_process_buf(serving, &request);
        else if (size != -EINTR)
            break;
    }
    sqfs_ll_unmount(&channel, folder);
    rmdir(folder);
    return 0;
}

/* Mount in a process of its own. Returns an end of a pipe that it serves as long as it is open; -1 where it cannot. */
static int mount_image(size_t offset, char *folder)
{
    const char *temporary = getenv("TMPDIR");
    int ready[2], alive[2];
    char answer;
    join(folder, temporary != NULL && temporary[0] == '/' ? temporary : "/tmp", ".mount_VoiceDesk.XXXXXX");
    if (mkdtemp(folder) == NULL || pipe2(ready, O_CLOEXEC) != 0 || pipe(alive) != 0)
        return -1;
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0) {
        close(ready[0]);
        close(alive[1]);
        setsid(); /* the terminal's signals are for the application */
        if (fork() != 0)
            _exit(0); /* nobody waits for the other one */
        int nothing = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; fd++)
            dup2(nothing, fd); /* whoever reads what the application says waits for its end, not for ours */
        _exit(serve(offset, folder, ready[1], alive[0]));
    }
    close(ready[1]);
    close(alive[0]);
    waitpid(child, NULL, 0);
    if (read(ready[0], &answer, 1) == 1) {
        close(ready[0]);
        return alive[1];
    }
    close(ready[0]);
    close(alive[1]);
    rmdir(folder);
    return -1;
}

/* --------------------------------------------------------------------------------------- running */

static void run(const char *folder, char **words)
{
    char program[PATH_MAX], here[PATH_MAX];
    join(program, folder, "AppRun");
    setenv("APPIMAGE", image, 1);
    setenv("APPDIR", folder, 1);
    setenv("ARGV0", words[0], 1);
    if (getcwd(here, sizeof here) != NULL)
        setenv("OWD", here, 1);
    execv(program, words);
    fail("it cannot be run");
}

static void extract_here(size_t offset)
{
    if (mkdir("squashfs-root", 0755) != 0)
        fail("the folder squashfs-root cannot be made here");
    unpack(offset, "squashfs-root");
    puts("squashfs-root");
}

static void mount_and_wait(size_t offset)
{
    char folder[PATH_MAX];
    int held = mount_image(offset, folder);
    if (held < 0)
        fail("it cannot be mounted");
    puts(folder);
    fflush(stdout);
    pause(); /* its end of the pipe is closed with us */
}

static int is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

int main(int count, char **words)
{
    char folder[PATH_MAX];
    const char *first = count > 1 ? words[1] : "";
    ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
    if (length < 0)
        fail("its own path is not known");
    size_t offset = offset_of_image();
    if (strcmp(first, "--appimage-offset") == 0) {
        printf("%zu\n", offset);
    } else if (strcmp(first, "--appimage-version") == 0) {
        puts("VoiceDesk's own AppImage runtime, " RUNTIME_VERSION);
    } else if (strcmp(first, "--appimage-extract") == 0) {
        extract_here(offset);
    } else if (strcmp(first, "--appimage-mount") == 0) {
        mount_and_wait(offset);
    } else {
        int unpacks = is_set("APPIMAGE_EXTRACT_AND_RUN");
        if (strcmp(first, "--appimage-extract-and-run") == 0) {
            unpacks = 1;
            words[1] = words[0];
            words++;
        }
        if (unpacks || mount_image(offset, folder) < 0)
            have_unpacked(offset, folder);
        run(folder, words);
    }
    return 0;
}
