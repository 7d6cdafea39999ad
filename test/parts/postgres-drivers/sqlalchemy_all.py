"""SQLAlchemy 2 on psycopg: ORM, reflection, bulk inserts, streaming results."""
import json
import os

from sqlalchemy import ForeignKey, MetaData, Numeric, String, create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


def say(what, value):
    print(json.dumps([what, value], default=str, sort_keys=True), flush=True)


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "sa_customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "sa_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[float] = mapped_column(Numeric(10, 2))
    customer_id: Mapped[int] = mapped_column(ForeignKey("sa_customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")


engine = create_engine(os.environ["URL"].replace("postgresql://", "postgresql+psycopg://"), pool_size=3)
Base.metadata.drop_all(engine)
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all(Customer(name=f"customer {n}", orders=[Order(total=n * 10 + m) for m in range(3)]) for n in range(20))
    session.commit()
    query = select(Customer.name, func.sum(Order.total)).join(Order).group_by(Customer.name).order_by(Customer.name)
    say("sums", [list(row) for row in session.execute(query)])
    session.add(Customer(name="customer 1"))
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        say("error", error.orig.sqlstate)
    say("loaded", [order.total for order in session.get(Customer, 2).orders])
with engine.begin() as conn:
    conn.execute(Order.__table__.insert(), [{"total": n, "customer_id": 1} for n in range(2000)])
    say("bulk", conn.execute(select(func.count()).select_from(Order)).scalar())
    streamed = conn.execute(select(Order.id), execution_options={"stream_results": True, "max_row_buffer": 100})
    say("streamed", sum(1 for _ in streamed))
    say("returning", [list(row) for row in conn.execute(text("UPDATE sa_orders SET total = 1 WHERE id < 4 RETURNING id, total"))])
say("tables", sorted(name for name in inspect(engine).get_table_names() if name.startswith("sa_")))
reflected = MetaData()
reflected.reflect(engine, only=["sa_orders"])
say("columns", [[column.name, str(column.type)] for column in reflected.tables["sa_orders"].columns])
say("keys", [key.target_fullname for key in reflected.tables["sa_orders"].foreign_keys])
Base.metadata.drop_all(engine)
