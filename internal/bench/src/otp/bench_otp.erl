%% The works for OTP: OTP's own supervisor, set up as its documentation says. A child is a process made by
%% proc_lib:spawn_link that waits for a message; `crash` makes it exit. Prints the medians, one a line.
-module(bench_otp).
-behaviour(supervisor).
-export([main/1, init/1, start_child/2, start_child/1, body/2, start_deep/2]).

main([Work, Rounds | Args]) ->
    process_flag(trap_exit, true),
    persistent_term:put(starts, counters:new(1, [])),
    [run(Work, Args) || Rounds > 1], % to get warm
    Values = [run(Work, Args) || _ <- lists:seq(1, Rounds)],
    [io:format("~p~n", [median([lists:nth(I, V) || V <- Values])]) || I <- lists:seq(1, length(hd(Values)))],
    halt().

%% ns to start a child, ns to stop one. one_for_one: declared, stopped in reverse order, one after the other.
run(declared, [Count]) ->
    reset(),
    {Start, Sup} = timed(fun() -> start({declared, Count}) end),
    expect(Count),
    {Stop, _} = timed(fun() -> stop(Sup) end),
    [Start / Count, Stop / Count];
%% The same with simple_one_for_one: added one by one, stopped all together.
run(dynamic, [Count]) ->
    reset(),
    {Start, Sup} = timed(fun() -> fill(Count) end),
    expect(Count),
    {Stop, _} = timed(fun() -> stop(Sup) end),
    [Start / Count, Stop / Count];
%% ns to crash one among Siblings and have it started again. In bursts, with a pause that empties the restart
%% window in between: each restart walks through all that are in the window.
run(restart, [Siblings, Burst, Bursts, Pause]) ->
    reset(),
    Sup = fill(Siblings),
    Pids = watched(Siblings),
    Times = bursts(Pids, Burst, Bursts, Pause),
    expect(Siblings + Burst * Bursts),
    stop(Sup),
    [median(Times) / Burst];
%% ns of one crash and restart of a child that crashes at once, Times in a row, without a pause.
run(crash_loop, [Times]) ->
    reset(),
    persistent_term:put(times, {Times, self()}),
    {Time, Sup} = timed(fun() ->
        S = start(crashing),
        receive finished -> S end
    end),
    expect(Times),
    stop(Sup),
    [Time / Times];
%% Bytes of an idle child.
run(idle, [Count]) ->
    reset(),
    collect(),
    Before = erlang:memory(total),
    Sup = fill(Count),
    expect(Count),
    collect(),
    Bytes = (erlang:memory(total) - Before) / Count,
    stop(Sup),
    [Bytes];
%% ns for each child of a group when one crashes and all are stopped and started.
run(group, [Count]) ->
    reset(),
    Sup = start({group, Count}),
    Pids = watched(Count),
    {Time, _} = timed(fun() ->
        maps:get(0, Pids) ! crash,
        await_starts(2 * Count)
    end),
    expect(2 * Count),
    stop(Sup),
    [Time / Count];
%% ns for each level: start, failure from the leaf to the root.
run(deep, [Depth]) ->
    reset(),
    {Start, Sup} = timed(fun() -> start({deep, Depth}) end),
    #{0 := Leaf} = watched(1),
    {Fail, _} = timed(fun() ->
        Leaf ! crash,
        receive {'EXIT', Sup, shutdown} -> ok end
    end),
    expect(1),
    [Start / Depth, Fail / Depth];
%% ns for each level: stop.
run(deep_stop, [Depth]) ->
    reset(),
    Sup = start({deep, Depth}),
    expect(1),
    {Stop, _} = timed(fun() -> stop(Sup) end),
    [Stop / Depth];
%% ms of which_children, ns of count_children, of so many.
run(which_children, [Count]) ->
    reset(),
    Sup = fill(Count),
    {Which, Children} = timed(fun() -> supervisor:which_children(Sup) end),
    Count = length(Children),
    {Counting, Counts} = timed(fun() -> supervisor:count_children(Sup) end),
    Count = proplists:get_value(active, Counts),
    stop(Sup),
    [Which / 1.0e6, float(Counting)];
%% So many started, one in ten crashed and restarted (in bursts, as above), all stopped: s, and the peak in MiB.
run(lifetime, [Count, Burst, Bursts, Pause]) ->
    reset(),
    {Start, Sup} = timed(fun() -> fill(Count) end),
    expect(Count),
    Pids = watched(Count),
    Restart = median(bursts(Pids, Burst, Bursts, Pause)) / Burst,
    expect(Count + Burst * Bursts),
    {Stop, _} = timed(fun() -> stop(Sup) end),
    [Start / 1.0e9, Restart * (Count div 10) / 1.0e9, Stop / 1.0e9, peak()].

%% Supervisors.

start(What) ->
    {ok, Sup} = supervisor:start_link(?MODULE, What),
    Sup.

fill(Count) ->
    Sup = start({dynamic, step(Count)}),
    add(Sup, Count, 0),
    Sup.

add(_Sup, Count, Count) -> ok;
add(Sup, Count, Index) ->
    {ok, _} = supervisor:start_child(Sup, [Index]),
    add(Sup, Count, Index + 1).

stop(Sup) ->
    exit(Sup, shutdown),
    receive {'EXIT', Sup, _} -> ok end.

init({dynamic, Step}) ->
    watch(Step),
    {ok, {flags(simple_one_for_one), [#{id => child, start => {?MODULE, start_child, []}}]}};
init({declared, Count}) ->
    watch(step(Count)),
    {ok, {flags(one_for_one), children(Count)}};
init({group, Count}) ->
    watch(step(Count)),
    {ok, {flags(one_for_all), children(Count)}};
init(crashing) ->
    {ok, {flags(one_for_one), [#{id => child, start => {?MODULE, start_child, [crashing, 0]}}]}};
init({deep, Depth}) ->
    watch(1),
    Child = case Depth of
        1 -> #{id => leaf, start => {?MODULE, start_child, [0]}};
        _ -> #{id => below, type => supervisor, start => {?MODULE, start_deep, [deep, Depth - 1]}}
    end,
    {ok, {#{strategy => one_for_one, intensity => 0, period => 1}, [Child]}}.

start_deep(deep, Depth) -> supervisor:start_link(?MODULE, {deep, Depth}).

flags(Strategy) -> #{strategy => Strategy, intensity => 1000000000, period => 1}.

children(Count) ->
    [#{id => I, start => {?MODULE, start_child, [I]}} || I <- lists:seq(0, Count - 1)].

%% One in so many children tells the driver when it starts.
watch(Step) -> persistent_term:put(watch, {Step, persistent_term:get(owner)}).

%% Children.

start_child(Index) -> start_child(waiting, Index).
start_child(Kind, Index) -> {ok, proc_lib:spawn_link(?MODULE, body, [Kind, Index])}.

body(waiting, Index) ->
    Starts = persistent_term:get(starts),
    counters:add(Starts, 1, 1),
    case {counters:get(Starts, 1), persistent_term:get(awaited)} of
        {Count, {Count, Waiting}} -> Waiting ! all_started;
        _ -> ok
    end,
    {Step, Owner} = persistent_term:get(watch),
    case Index rem Step of
        0 -> Owner ! {started, Index, self()};
        _ -> ok
    end,
    receive crash -> exit(crash) end;
body(crashing, _) ->
    Starts = persistent_term:get(starts),
    counters:add(Starts, 1, 1),
    {Times, Owner} = persistent_term:get(times),
    case counters:get(Starts, 1) of
        Times -> Owner ! finished, receive crash -> ok end;
        _ -> exit(crash)
    end.

%% The driver.

%% 64 of the children, spread over all, tell their owner that they have started; these are the ones that crash.
step(Count) -> max(1, Count div 64).

watched(Count) ->
    Step = step(Count),
    maps:from_list([receive {started, I, Pid} -> {I div Step, Pid} end || I <- lists:seq(0, Count - 1, Step)]).

bursts(_, _, 0, _) -> [];
bursts(Pids, Burst, Left, Pause) ->
    timer:sleep(Pause), % as long as the restart window, so that it is empty
    {Time, Now} = timed(fun() -> crash(Pids, maps:size(Pids), Burst) end),
    [Time | bursts(Now, Burst, Left - 1, Pause)].

%% Each in turn crashes and is back before the next one does.
crash(Pids, _, 0) -> Pids;
crash(Pids, Size, Left) ->
    At = Left rem Size,
    maps:get(At, Pids) ! crash,
    receive {started, _, Pid} -> crash(Pids#{At := Pid}, Size, Left - 1) end.

%% Sleeps until there have been so many starts; the child that is the last one tells.
await_starts(Count) ->
    persistent_term:put(awaited, {Count, self()}),
    case counters:get(persistent_term:get(starts), 1) of
        Count -> ok;
        _ -> receive all_started -> ok end
    end.

reset() ->
    persistent_term:put(owner, self()),
    persistent_term:put(awaited, {0, self()}),
    flush(),
    counters:put(persistent_term:get(starts), 1, 0).

flush() -> receive _ -> flush() after 0 -> ok end.

%% Every child has really begun to run, and no more than that.
expect(Count) ->
    await_starts(Count),
    timer:sleep(1),
    Count = counters:get(persistent_term:get(starts), 1).

timed(Fun) ->
    From = erlang:monotonic_time(nanosecond),
    Result = Fun(),
    {erlang:monotonic_time(nanosecond) - From, Result}.

median(Values) ->
    Sorted = lists:sort(Values),
    Length = length(Sorted),
    (lists:nth((Length + 1) div 2, Sorted) + lists:nth(Length div 2 + 1, Sorted)) / 2.

collect() -> lists:foreach(fun erlang:garbage_collect/1, processes()).

%% The most memory that the whole process ever had, as the kernel counts it.
peak() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [KiB]} = re:run(Status, "VmHWM:\\s+(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(KiB) / 1024.
