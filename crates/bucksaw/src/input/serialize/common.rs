//! What the serializers have in common: serde tells more kinds of values apart than there are here.

/// The methods of a `Serializer` whose values are taken as those of other methods.
macro_rules! same_as_others {
    () => {
        fn serialize_none(self) -> Result<(), Failed> {
            self.serialize_unit()
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failed> {
            value.serialize(self)
        }

        fn serialize_unit_struct(self, _: &'static str) -> Result<(), Failed> {
            self.serialize_unit()
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<(), Failed> {
            value.serialize(self)
        }

        fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, Failed> {
            self.serialize_seq(Some(len))
        }

        fn serialize_tuple_struct(
            self,
            _: &'static str,
            len: usize,
        ) -> Result<Self::SerializeTupleStruct, Failed> {
            self.serialize_seq(Some(len))
        }
    };
}

/// Has a type with the methods `element` and `close` take arrays of every kind.
macro_rules! takes_elements {
    ($type:ty) => {
        takes_elements!(
            $type: SerializeSeq::serialize_element, SerializeTuple::serialize_element,
            SerializeTupleStruct::serialize_field, SerializeTupleVariant::serialize_field
        );
    };
    ($type:ty: $($of:ident::$method:ident),*) => {
        $(impl serde::ser::$of for $type {
            type Ok = ();
            type Error = Failed;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
                self.element(value)
            }

            fn end(self) -> Result<(), Failed> {
                self.close()
            }
        })*
    };
}

/// Has a type with the methods `field` and `close` take structs of every kind.
macro_rules! takes_fields {
    ($type:ty) => {
        takes_fields!($type: SerializeStruct, SerializeStructVariant);
    };
    ($type:ty: $($of:ident),*) => {
        $(impl serde::ser::$of for $type {
            type Ok = ();
            type Error = Failed;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Failed> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Failed> {
                self.close()
            }
        })*
    };
}

pub(super) use {same_as_others, takes_elements, takes_fields};
