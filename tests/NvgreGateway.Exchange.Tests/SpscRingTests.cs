using NvgreGateway.Exchange;

namespace NvgreGateway.Exchange.Tests;

public sealed unsafe class SpscRingTests
{
    [Fact]
    public void FullAndEmptyAreToldApart()
    {
        using var memory = new Buffer(40, 8);
        SpscRing ring = memory.Ring;
        Assert.Equal((8u, 48u), (ring.Capacity, ring.SlotBytes));
        Assert.True(ring.Peek() == null);
        for (int lap = 0; lap < 5; lap++)
        {
            for (int i = 0; i < 8; i++)
            {
                byte* slot = ring.Reserve();
                Assert.True(slot != null);
                *slot = (byte)i;
                Assert.Equal((uint)i, ring.Count); // not seen before it is published
                ring.Publish();
            }

            Assert.True(ring.Reserve() == null);
            Assert.Equal(8u, ring.Count);
            for (int i = 0; i < 8; i++)
            {
                Assert.Equal(i, *ring.Peek());
                Assert.Equal(i, *ring.Peek()); // stays until it is released
                ring.Release();
            }

            Assert.True(ring.Peek() == null);
        }
    }

    [Fact]
    public void CountersMayWrap()
    {
        using var memory = new Buffer(16, 4);
        *(uint*)memory.Memory = uint.MaxValue - 1; // head and tail
        *(uint*)(memory.Memory + 64) = uint.MaxValue - 1;
        SpscRing ring = memory.Ring;
        for (uint i = 0; i < 20; i++)
        {
            *(uint*)ring.Reserve() = i;
            ring.Publish();
            *(uint*)ring.Reserve() = i + 100;
            ring.Publish();
            Assert.Equal(2u, ring.Count);
            Assert.Equal(i, *(uint*)ring.Peek());
            ring.Release();
            Assert.Equal(i + 100, *(uint*)ring.Peek());
            ring.Release();
        }
    }

    [Fact]
    public void SlotsLieInsideTheirMemory()
    {
        foreach ((uint bytes, uint slots) in ((uint, uint)[])[(1, 1), (48, 16), (512, 1024), (9728, 64), (17, 2)])
        {
            using var memory = new Buffer(bytes, slots);
            SpscRing ring = memory.Ring;
            byte* last = null;
            for (uint i = 0; i < slots; i++)
            {
                byte* slot = ring.Reserve();
                Assert.True(slot >= last);
                last = slot + bytes;
                ring.Publish();
            }

            Assert.True(last <= memory.Memory + SpscRing.Bytes(bytes, slots));
        }
    }

    [Fact]
    public void OneThreadGivesAndAnotherTakesInOrder()
    {
        using var memory = new Buffer(32, 64);
        const ulong Items = 500_000;
        ulong wrong = 0, taken = 0, full = 0;
        var consumer = new Thread(() =>
        {
            SpscRing ring = memory.Ring;
            while (taken < Items)
            {
                byte* slot = ring.Peek();
                if (slot == null)
                {
                    Thread.Yield();
                    continue;
                }

                // Every word of the slot belongs to the same item, and items come in order.
                var words = (ulong*)slot;
                wrong += words[0] == taken && words[1] == ~taken && words[2] == taken * 3 && words[3] == taken + 7 ? 0ul : 1;
                ring.Release();
                taken++;
            }
        });
        consumer.Start();
        SpscRing producer = memory.Ring;
        for (ulong i = 0; i < Items;)
        {
            var words = (ulong*)producer.Reserve();
            if (words == null)
            {
                full++;
                Thread.Yield();
                continue;
            }

            words[0] = i;
            words[1] = ~i;
            words[2] = i * 3;
            words[3] = i + 7;
            producer.Publish();
            i++;
        }

        consumer.Join();
        Assert.Equal((Items, 0ul), (taken, wrong));
        Assert.Equal(0u, producer.Count);
    }

    [Fact]
    public void WhatWasPublishedOutlivesItsProducer()
    {
        using var memory = new Buffer(16, 4);
        *memory.Ring.Reserve() = 42;
        memory.Ring.Publish();
        *memory.Ring.Reserve() = 43; // died before it published this one
        var successor = new SpscRing(memory.Memory);
        Assert.Equal(1u, successor.Count);
        Assert.Equal(42, *successor.Peek());
    }

    [Fact]
    public void EveryWorkerHasRingsOfItsOwn()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(1, 3, 1, 1, 1, 1, 100));
        byte mark = 0;
        var rings = new List<SpscRing>();
        for (int worker = 0; worker < 3; worker++)
        {
            for (PuntClass kind = 0; kind < PuntClass.Count; kind++)
            {
                rings.Add(memory.Punt(worker, kind));
            }

            rings.Add(memory.Inject(worker));
        }

        foreach (SpscRing ring in rings)
        {
            mark++;
            for (uint i = 0; i < ring.Capacity; i++)
            {
                new Span<byte>(ring.Reserve(), (int)ring.SlotBytes).Fill(mark);
                ring.Publish();
            }
        }

        mark = 0;
        foreach (SpscRing ring in rings)
        {
            mark++;
            Assert.Equal(ring.Capacity, ring.Count);
            for (uint i = 0; i < ring.Capacity; i++)
            {
                Assert.Equal(-1, new Span<byte>(ring.Peek(), (int)ring.SlotBytes).IndexOfAnyExcept(mark));
                ring.Release();
            }
        }

        // A whole frame fits where one must.
        Assert.True(memory.Punt(0, PuntClass.Icmp).SlotBytes >= PuntSlot.HeadBytes + GatewayMemory.LongestFrame);
        Assert.True(memory.Inject(0).SlotBytes >= InjectSlot.HeadBytes + GatewayMemory.LongestFrame);
    }

    private sealed class Buffer : IDisposable
    {
        internal Buffer(uint slotBytes, uint slots)
        {
            Memory = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)SpscRing.Bytes(slotBytes, slots), 64);
            System.Runtime.InteropServices.NativeMemory.Clear(Memory, (nuint)SpscRing.Bytes(slotBytes, slots));
            SpscRing.Format(Memory, slotBytes, slots);
        }

        internal byte* Memory { get; }

        internal SpscRing Ring => new(Memory);

        public void Dispose() => System.Runtime.InteropServices.NativeMemory.AlignedFree(Memory);
    }
}
