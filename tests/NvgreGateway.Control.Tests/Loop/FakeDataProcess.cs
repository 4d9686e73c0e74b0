using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>Says in shared memory what a data process says, and obeys the mailbox.</summary>
internal sealed unsafe class FakeDataProcess : IDisposable
{
    private readonly GatewayMemory _memory;
    private readonly int _ports;
    private readonly Thread _thread;
    private volatile bool _stop;

    public FakeDataProcess(GatewayMemory memory, int ports)
    {
        _memory = memory;
        _ports = ports;
        _thread = new Thread(Run) { IsBackground = true };
        memory.Data->Starts++;
        memory.Data->TscHz = 2_600_000_000;
        memory.Data->MbufCapacity = 8191;
        memory.Data->MbufInUse = 100;
        for (int i = 0; i < ports; i++)
        {
            PortState* state = memory.PortStates + i;
            state->Mac = 0x01_02_00_00_00_02 + ((ulong)i << 40);
            state->Present = 1;
            state->Mtu = 1600;
            state->SpeedMbps = 10_000;
            GatewayMemory.SetText(state->Driver, 32, "net_fake");
        }

        memory.Phase = DataPhase.Ready;
        _thread.Start();
    }

    /// <summary>Commands carried out.</summary>
    public List<(MailboxCommand Command, uint Argument)> Commands { get; } = [];

    /// <summary>Whether the worker loops.</summary>
    public bool Loops { get; set; } = true;

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _memory.Phase = DataPhase.Starting;
    }

    private void Run()
    {
        while (!_stop)
        {
            Mailbox* box = _memory.Mailbox;
            ulong requested = Volatile.Read(ref box->Requested);
            if (requested != box->Acknowledged)
            {
                lock (Commands)
                {
                    Commands.Add(((MailboxCommand)box->Command, box->Argument));
                }

                if ((MailboxCommand)box->Command == MailboxCommand.Forward)
                {
                    for (int i = 0; i < _ports; i++)
                    {
                        _memory.PortStates[i].Started = _memory.PortStates[i].LinkUp = 1;
                    }

                    _memory.Phase = DataPhase.Forwarding;
                }

                if ((MailboxCommand)box->Command == MailboxCommand.ReopenPort)
                {
                    PortState* state = _memory.PortStates + box->Argument;
                    state->Asked = state->Reported & _memory.PortTable[box->Argument].Wanted;
                    state->Opened++;
                }

                Volatile.Write(ref box->Acknowledged, requested);
            }

            _memory.Data->Heartbeat++;
            if (Loops && _memory.Phase == DataPhase.Forwarding)
            {
                WorkerStatistics* s = _memory.Statistics(0);
                s->Generation = _memory.Header->Published >> 1;
                Volatile.Write(ref s->Polls, s->Polls + 1);
            }

            Thread.Sleep(2);
        }
    }
}
