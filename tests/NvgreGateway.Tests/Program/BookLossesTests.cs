using NvgreGateway.Data;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Program;

public sealed unsafe class BookLossesTests
{
    [Fact]
    [Requirement("F-020")]
    public void WhatAKilledDataProcessHeldIsBookedAsLost()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(2, 2, 1, 1, 1, 1, 64));
        WorkerStatistics* a = memory.Statistics(0), b = memory.Statistics(1);
        a->Received = 100;
        a->Transmitted = 40;
        a->Consumed = 5;
        a->Drops[(int)DropReason.VlanUnknown] = 20;
        a->Held = 7;
        b->Received = 10;
        b->Transmitted = 25; // of what the other received
        b->Drops[(int)DropReason.TxFull] = 3;
        b->Sleeping = 1;

        DataplaneHost.BookLosses(memory);

        Assert.Equal(17UL, a->Drops[(int)DropReason.PortDown]);
        Assert.Equal(0UL, a->Held + b->Held + b->Sleeping);
        DataplaneHost.BookLosses(memory);
        Assert.Equal(17UL, a->Drops[(int)DropReason.PortDown]);
    }
}
