//! SQLite's own file system with four of its calls watched: open, write, truncate, sync, and delete.
//!
//! The file object stays SQLite's; only its table of methods is replaced by a copy in which the
//! watched ones lead here first.

use super::disk;
use rusqlite::ffi;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

/// What our file system is made over.
struct Plugged {
    original: &'static ffi::sqlite3_vfs,
}

// SAFETY: SQLite's own file system is a table of functions that never changes after its start.
unsafe impl Send for Plugged {}
// SAFETY: as above.
unsafe impl Sync for Plugged {}

static PLUGGED: OnceLock<Plugged> = OnceLock::new();

/// A file that is open and watched, by the address of SQLite's object.
struct Open {
    path: PathBuf,
    boot: u64,
    original: &'static ffi::sqlite3_io_methods,
}

static OPEN: Mutex<Option<HashMap<usize, Open>>> = Mutex::new(None);

fn with_open<T>(work: impl FnOnce(&mut HashMap<usize, Open>) -> T) -> T {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    work(open.get_or_insert_default())
}

/// Makes every later connection of this process go through the watched file system.
///
/// # Panics
/// When SQLite has no file system to begin with.
pub fn plug_in() {
    PLUGGED.get_or_init(|| {
        // SAFETY: the library may be initialised by anybody at any time; a null name asks for the
        // default file system, which lives as long as the process.
        let original = unsafe {
            ffi::sqlite3_initialize();
            ffi::sqlite3_vfs_find(std::ptr::null()).as_ref()
        };
        let original = original.expect("SQLite is built with a file system");
        let mut watched = *original;
        watched.zName = c"power".as_ptr();
        watched.pNext = std::ptr::null_mut();
        watched.xOpen = Some(open);
        watched.xDelete = Some(delete);
        // SAFETY: the table is never freed, and is complete: all but two calls are the original's,
        // which ask nothing of it but `pAppData`, copied with the rest.
        unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(watched)), 1) };
        Plugged { original }
    });
}

fn original() -> Option<*mut ffi::sqlite3_vfs> {
    let plugged = PLUGGED.get()?;
    Some(std::ptr::from_ref(plugged.original).cast_mut())
}

/// The path in a call; none for a temporary file.
///
/// # Safety
/// `name` is null or a C string, as SQLite promises.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: by this function's contract.
    let name = unsafe { CStr::from_ptr(name) };
    Some(PathBuf::from(name.to_str().ok()?))
}

/// # Safety
/// Called by SQLite with the arguments that xOpen promises.
unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let (Some(vfs), Some(call)) = (original(), PLUGGED.get().and_then(|p| p.original.xOpen)) else {
        return ffi::SQLITE_CANTOPEN;
    };
    // SAFETY: SQLite gives a name as the contract of `path_of` asks.
    let path = unsafe { path_of(name) };
    let kinds = ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL;
    let path = path.filter(|_| flags & kinds != 0);
    let mut guard = disk();
    let watched = guard.as_mut().zip(path);
    let watched = watched.filter(|(disk, path)| disk.holds(path));
    if watched.as_ref().is_some_and(|(disk, _)| disk.is_cut()) {
        return ffi::SQLITE_CANTOPEN;
    }
    let boot = watched.map(|(disk, path)| {
        disk.open(&path);
        (disk.boot, path)
    });
    drop(guard);
    // SAFETY: the arguments are SQLite's own, for the file system they were made for.
    let code = unsafe { call(vfs, name, file, flags, out_flags) };
    if let (ffi::SQLITE_OK, Some((boot, path))) = (code, boot) {
        // SAFETY: after a successful open the object holds a table of methods that is never freed.
        let methods = unsafe { (*file).pMethods.as_ref() };
        if let Some(original) = methods {
            let open = Open {
                path,
                boot,
                original,
            };
            with_open(|all| all.insert(file.addr(), open));
            // SAFETY: the object is ours until we return; the new table is never freed, and leads to
            // the same methods but for four.
            unsafe { (*file).pMethods = watched_methods(original) };
        }
    }
    code
}

/// The same methods, four of them watched; made once for each original.
fn watched_methods(original: &'static ffi::sqlite3_io_methods) -> &'static ffi::sqlite3_io_methods {
    static MADE: Mutex<Vec<(usize, &'static Table)>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let address = std::ptr::from_ref(original).addr();
    if let Some((_, table)) = made.iter().find(|(known, _)| *known == address) {
        return &table.0;
    }
    let mut methods = *original;
    methods.xClose = Some(close);
    methods.xWrite = Some(write);
    methods.xTruncate = Some(truncate);
    methods.xSync = Some(sync);
    let table: &'static Table = Box::leak(Box::new(Table(methods)));
    made.push((address, table));
    &table.0
}

struct Table(ffi::sqlite3_io_methods);

// SAFETY: a table of functions, never written to.
unsafe impl Sync for Table {}

/// Does something on a watched file while there is power; `code` is told without.
fn powered(
    file: *mut ffi::sqlite3_file,
    code: c_int,
    work: impl FnOnce(&mut super::Disk, &PathBuf, &'static ffi::sqlite3_io_methods) -> c_int,
) -> c_int {
    let found = with_open(|all| {
        let open = all.get(&file.addr())?;
        Some((open.path.clone(), open.boot, open.original))
    });
    let Some((path, boot, original)) = found else {
        return code;
    };
    let mut guard = disk();
    let Some(disk) = guard.as_mut().filter(|disk| disk.boot == boot) else {
        return code;
    };
    if disk.spend() {
        work(disk, &path, original)
    } else {
        code
    }
}

/// # Safety
/// Called by SQLite with the arguments that xWrite promises.
unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    powered(file, ffi::SQLITE_IOERR_WRITE, |disk, path, original| {
        let (Some(call), Ok(from), Ok(size)) = (
            original.xWrite,
            usize::try_from(at),
            usize::try_from(length),
        ) else {
            return ffi::SQLITE_IOERR_WRITE;
        };
        // SAFETY: SQLite gives that many bytes.
        let written = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size) };
        disk.write(path, from, written);
        // SAFETY: the arguments are SQLite's own.
        unsafe { call(file, bytes, length, at) }
    })
}

/// # Safety
/// Called by SQLite with the arguments that xTruncate promises.
unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    powered(file, ffi::SQLITE_IOERR_TRUNCATE, |disk, path, original| {
        let (Some(call), Ok(length)) = (original.xTruncate, usize::try_from(size)) else {
            return ffi::SQLITE_IOERR_TRUNCATE;
        };
        disk.truncate(path, length);
        // SAFETY: the arguments are SQLite's own.
        unsafe { call(file, size) }
    })
}

/// # Safety
/// Called by SQLite with the arguments that xSync promises.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // The model alone decides what is synced: the machine under the tests keeps its power.
    powered(file, ffi::SQLITE_IOERR_FSYNC, |disk, path, _| {
        disk.sync(path);
        ffi::SQLITE_OK
    })
}

/// # Safety
/// Called by SQLite with the arguments that xClose promises.
unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let open = with_open(|all| all.remove(&file.addr()));
    match open.and_then(|open| open.original.xClose) {
        // SAFETY: the object is the one that was opened.
        Some(call) => unsafe { call(file) },
        None => ffi::SQLITE_OK,
    }
}

/// # Safety
/// Called by SQLite with the arguments that xDelete promises.
unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    let (Some(vfs), Some(call)) = (original(), PLUGGED.get().and_then(|p| p.original.xDelete))
    else {
        return ffi::SQLITE_IOERR_DELETE;
    };
    // SAFETY: SQLite gives a name as the contract of `path_of` asks.
    let path = unsafe { path_of(name) };
    let mut guard = disk();
    let watched = guard.as_mut().zip(path);
    if let Some((disk, path)) = watched.filter(|(disk, path)| disk.holds(path)) {
        if !disk.spend() {
            return ffi::SQLITE_IOERR_DELETE;
        }
        disk.delete(&path, sync_folder != 0);
    }
    drop(guard);
    // SAFETY: the arguments are SQLite's own.
    unsafe { call(vfs, name, sync_folder) }
}
