//! Files from outside: one program, so that it is linked once. `thrift_writer` helps to make hostile ones.

mod conditions;
mod declared;
mod encodings;
mod explain;
mod file_limits;
mod files;
mod hostile_footers;
mod hostile_pages;
mod thrift_writer;
mod verify;
