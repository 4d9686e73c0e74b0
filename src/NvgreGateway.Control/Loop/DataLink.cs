using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>
/// Control's side of the command mailbox: lets the data process forward once the tables are complete (F-008), again after each
/// restart of it, and has ports opened again that vanished.
/// </summary>
internal sealed unsafe class DataLink
{
    private const ulong RetryNanoseconds = 1_000_000_000;
    private const ulong ReopenNanoseconds = 2_000_000_000;
    private readonly ControlPlane _plane;
    private readonly GatewayMemory _memory;
    private readonly IEventLog _log;
    private readonly bool _announce;
    private ulong _asked;
    private ulong _askedAt;
    private ulong _askedStarts;
    private ulong _reopenAt;
    private int _reopenPort;
    private ulong _restarts;
    private MailboxCommand _command;
    private DataPhase _phase = DataPhase.Starting;

    /// <param name="plane">The control plane, started.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="announce">Whether to announce own addresses when forwarding begins.</param>
    public DataLink(ControlPlane plane, IEventLog log, bool announce)
    {
        _plane = plane;
        _memory = plane.Memory;
        _log = log;
        _announce = announce;
    }

    /// <summary>Whether a command waits for its answer.</summary>
    public bool IsWaiting => _asked != 0;

    /// <summary>Whether the data process forwards.</summary>
    public bool IsForwarding => Phase == DataPhase.Forwarding;

    private DataPhase Phase => _memory.Phase;

    /// <summary>Has a port closed and opened again, soon.</summary>
    /// <param name="port">Port index, 0 to 63.</param>
    public void RestartPort(int port) => _restarts |= 1ul << port;

    /// <summary>Looks at the data process and does what is due.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Poll(ulong now)
    {
        DataPhase phase = Phase;
        if (phase != _phase)
        {
            _phase = phase;
            if (phase == DataPhase.Failed)
            {
                _log.Write(EventSeverity.Error, "data_failed", ("reason", GatewayMemory.Text(_memory.Data->Failure, 256)));
            }
            else
            {
                if (phase == DataPhase.Forwarding)
                {
                    _plane.JoinGroups(now); // whoever forwarded before may have been gone for long
                }

                if (_announce && phase == DataPhase.Forwarding)
                {
                    _plane.ResumeAnnouncements(now);
                }

                _log.Write(EventSeverity.Info, "data_phase", ("phase", phase.ToString().ToLowerInvariant()), ("starts", _memory.Data->Starts));
            }
        }

        if (_asked != 0)
        {
            if (Volatile.Read(ref _memory.Mailbox->Acknowledged) >= _asked)
            {
                Answered(now);
            }
            else if (now < _askedAt + RetryNanoseconds)
            {
                return; // one command at a time
            }
            else
            {
                _asked = 0; // its reader may have died in the meantime: ask whoever is there now
            }
        }

        if (phase == DataPhase.Ready)
        {
            if ((now >= _askedAt + RetryNanoseconds || _command != MailboxCommand.Forward || _askedStarts != _memory.Data->Starts) && _plane.DataProcessReady(now))
            {
                _askedStarts = _memory.Data->Starts;
                // Told before it is asked: no frame leaves before this line stands in the log (F-008).
                _log.Write(EventSeverity.Info, "forwarding", ("generation", _plane.Tables.Generation), ("ports", _plane.Configuration.Ports.Count));
                Ask(MailboxCommand.Forward, 0, now);
            }
        }
        else if (phase == DataPhase.Forwarding && _restarts != 0)
        {
            int port = System.Numerics.BitOperations.TrailingZeroCount(_restarts);
            _restarts &= _restarts - 1;
            Ask(MailboxCommand.ReopenPort, (uint)port, now, value: 1);
        }
        else if (phase == DataPhase.Forwarding && now >= _reopenAt && NextVanished() is { } port)
        {
            _reopenAt = now + ReopenNanoseconds;
            Ask(MailboxCommand.ReopenPort, (uint)port, now);
        }
    }

    private int? NextVanished()
    {
        int count = _plane.Configuration.Ports.Count;
        for (int i = 1; i <= count; i++)
        {
            int port = (_reopenPort + i) % count;
            if (_memory.ReadPortState(port).Present == 0)
            {
                _reopenPort = port;
                return port;
            }
        }

        return null;
    }

    private void Ask(MailboxCommand command, uint argument, ulong now, ulong value = 0)
    {
        Mailbox* box = _memory.Mailbox;
        _command = command;
        _askedAt = now;
        box->Command = (uint)command;
        box->Argument = argument;
        box->Value = value;
        _asked = Math.Max(box->Requested, box->Acknowledged) + 1;
        Volatile.Write(ref box->Requested, _asked);
    }

    private void Answered(ulong now)
    {
        _asked = 0;
        int result = _memory.Mailbox->Result;
        if (result != 0)
        {
            _log.Write(
                EventSeverity.Error, "data_command_failed", ("command", _command), ("errno", -result), ("reason", GatewayMemory.Text(_memory.Mailbox->Text, 256)));
            return;
        }

        if (_announce && _command == MailboxCommand.Forward && Phase == DataPhase.Forwarding)
        {
            _plane.Announce(now);
        }
    }
}
